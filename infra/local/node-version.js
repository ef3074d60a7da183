// The oldest Node.js that runs the local run. JavaScript, so that an older one can read it.

/** @returns why this version cannot run it, or undefined */
export function versionProblem(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return undefined
  return `This is Node.js ${version}; 22.18 or newer is needed. Install Node.js 24.`
}
