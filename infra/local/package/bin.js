#!/usr/bin/env node
// The command of the npm package. Checks the version of Node.js before it loads the rest.

import { versionProblem } from '../node-version.js'

const problem = versionProblem()
if (problem) {
  console.error(problem)
  process.exitCode = 1
} else {
  // Beside this file in the package.
  require('./index.js').main(process.argv.slice(2))
}
