// Remembers answers for a short time, and shares one pending call among all who ask for the same.

interface Entry<Answer> {
  /** When the call began. The answer is at least as new as this. */
  startedAt: number
  call: Promise<Answer>
  /** Undefined while the call is pending. */
  answer?: Answer
}

/**
 * Never remembers a call that failed.
 * @param lifetimeOf how long an answer may be used after its call began, in ms. Gets undefined for a call that is pending.
 * @param capacity how many answers are remembered at most. The oldest are forgotten first.
 * @returns a function that gives the remembered answer for a key, or asks for it.
 */
export function createMemory<Answer>(options: {
  lifetimeOf: (answer: Answer | undefined) => number
  capacity: number
  now: () => number
}) {
  const { lifetimeOf, capacity, now } = options
  /** The oldest first. */
  const entries = new Map<string, Entry<Answer>>()

  return function recall(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const known = entries.get(key)
    if (known && isFresh(known)) return known.call
    const entry: Entry<Answer> = { startedAt: now(), call: ask() }
    entries.delete(key)
    entries.set(key, entry)
    const [oldest] = entries.keys()
    if (entries.size > capacity && oldest !== undefined) entries.delete(oldest)
    entry.call.then(
      (answer) => {
        entry.answer = answer
      },
      () => {
        if (entries.get(key) === entry) entries.delete(key)
      },
    )
    return entry.call
  }

  /** A clock that was set back makes no entry younger. */
  function isFresh({ startedAt, answer }: Entry<Answer>): boolean {
    const age = now() - startedAt
    return age >= 0 && age < lifetimeOf(answer)
  }
}
