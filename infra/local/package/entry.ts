// `dist/local/index.js` of the npm package: the public module, and `main` for bin.js, so that both share one bundle.

export { main } from '../command/main.ts'
export { runLocally } from '../index.ts'
