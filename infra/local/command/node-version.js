// Runs before `npm start`. Older versions of Node.js cannot run TypeScript and fail with an unclear error.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This is Node.js ${process.versions.node}; 22.18 or newer is needed. ` +
      'npm installs Node.js 24 on Linux, Windows and Intel Macs; on other machines, install Node.js 24 yourself.',
  )
  process.exit(1)
}
