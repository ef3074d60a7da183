// Runs before `npm start`: Node.js older than this can't run TypeScript, and would say so in a riddle.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This is Node.js ${process.versions.node}; 22.18 or newer is needed. ` +
      'npm brings one along (the optional package "node"); where it has none for this machine, install Node.js 24.',
  )
  process.exit(1)
}
