// The form that a deployment demands of reasons.

import type { ReasonPattern } from '../config.ts'

export interface ReasonForm {
  /** Tells the caller what the reason must be. */
  description: string
  /** Whether the whole reason has the form. */
  matches: (reason: string) => boolean
}

/** Loads the library for patterns only if a pattern is set: it is almost as large as the rest of the function. */
export async function loadReasonForm(setting: ReasonPattern | 'none'): Promise<ReasonForm | undefined> {
  if (setting === 'none') return undefined
  const { compileReasonPattern } = await import('./reason-pattern.ts')
  return { description: setting.description, matches: compileReasonPattern(setting.pattern) }
}
