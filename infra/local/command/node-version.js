// Runs before the command. Older versions of Node.js cannot run it and fail with an unclear error.

import { versionProblem } from '../node-version.js'

const problem = versionProblem()
if (problem) {
  console.error(problem)
  process.exit(1)
}
