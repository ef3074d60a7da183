// Repeats a failed call after a pause.

import { setTimeout as sleep } from 'node:timers/promises'

export interface RetryOptions {
  /** The pause before each further try, ms. */
  pauses: readonly number[]
  /** Whether another try can succeed. Default: always. */
  isRetryable?: (error: unknown) => boolean
  /** Ends a pause early. */
  signal?: AbortSignal
}

/** @throws the last try's error, the first error that is not retryable, or an AbortError from an aborted pause. */
export async function retry<Result>(call: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const { pauses, isRetryable = () => true, signal } = options
  for (const pause of pauses) {
    try {
      return await call()
    } catch (error) {
      if (!isRetryable(error)) throw error
      await sleep(pause, undefined, signal && { signal })
    }
  }
  return call()
}
