// Preload of a function (`node --import`): a pause is logged, and takes a hundredth of its time.

import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

const { setTimeout } = timers
timers.setTimeout = (pause, ...others) => {
  console.info({ pause })
  return setTimeout(pause / 100, ...others)
}
syncBuiltinESMExports()
