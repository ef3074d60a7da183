// `npm start`: the command `start` in this repository.

import { main } from './main.ts'

await main(['start', ...process.argv.slice(2)])
