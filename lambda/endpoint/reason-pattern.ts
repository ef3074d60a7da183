// Compiles the pattern of a reason. RE2 has no look-around and no back-references, and matches in linear time (re2/wiki/Syntax).

import { RE2JS } from 're2js'

/** In instructions. Each character of a reason takes at most this many steps, so 1,000 characters take well under a second. */
const largestProgram = 1_000

/**
 * @returns a function that tells whether a whole reason matches.
 * @throws Error if RE2 does not know the pattern, or if it repeats too much
 */
export function compileReasonPattern(pattern: string): (reason: string) => boolean {
  const compiled = RE2JS.compile(pattern)
  if (compiled.programSize() > largestProgram) throw new Error('the pattern repeats too much')
  return (reason) => compiled.matches(reason)
}
