// A reason for the calls that `start` prints.

import type { ReasonPattern } from '../../../lambda/config.ts'

const usual = 'a first try'

/**
 * Looks for a reason that matches: the usual one, or words of the description, which often has an example.
 * @returns undefined if there is none
 */
export function sampleReason(reasonPattern: ReasonPattern | 'none'): string | undefined {
  if (reasonPattern === 'none') return usual
  const words = reasonPattern.description.split(/\s+/)
  const runs = words.flatMap((_, start) => words.slice(start).map((_, more) => words.slice(start, start + more + 1)))
  const candidates = runs.map((run) => run.join(' ').replace(/^["'“‘(]+|["'”’).,;:]+$/g, ''))
  const shortestFirst = candidates.sort((a, b) => a.length - b.length)
  return [usual, ...shortestFirst].find((reason) => reason !== '' && matches(reasonPattern.pattern, reason))
}

/** Patterns are RE2's, and JavaScript knows most of them. False for the others. */
function matches(pattern: string, reason: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(reason)
  } catch {
    return false
  }
}
