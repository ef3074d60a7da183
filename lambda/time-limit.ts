// The time limit of one call.

/** @returns a signal that aborts after `milliseconds`, or earlier when `signal` aborts. */
export function timeLimit(milliseconds: number, signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(milliseconds)
  return signal ? AbortSignal.any([timeout, signal]) : timeout
}
