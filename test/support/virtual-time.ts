// A virtual clock for tests: a wait of seconds takes milliseconds.

import { jest } from '@jest/globals'

/** Replaces timers, the date and AbortSignal.timeout until `stop`. */
export function startVirtualTime() {
  const realTimeout = AbortSignal.timeout
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'performance', 'hrtime'],
  })
  AbortSignal.timeout = (milliseconds: number) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new DOMException('time is up', 'TimeoutError')), milliseconds)
    return controller.signal
  }

  return {
    /**
     * Advances the clock from timer to timer until the promise settles.
     * @throws Error if the promise is pending and no timer is left.
     */
    async settle<Value>(promise: Promise<Value>): Promise<Value> {
      let settled = false
      const onSettled = () => {
        settled = true
      }
      promise.then(onSettled, onSettled)
      for (;;) {
        let idleTurns = 0
        while (!settled && idleTurns < 3) {
          await new Promise(setImmediate)
          idleTurns = isFileBusy() ? 0 : idleTurns + 1
        }
        if (settled) return promise
        if (jest.getTimerCount() === 0) throw new Error('the promise is pending, and no timer is left')
        jest.advanceTimersToNextTimer()
      }
    },
    /** Advances the clock by this many ms and runs all timers on the way. */
    async pass(milliseconds: number): Promise<void> {
      await jest.advanceTimersByTimeAsync(milliseconds)
    },
    forget: () => jest.clearAllTimers(),
    stop() {
      AbortSignal.timeout = realTimeout
      jest.useRealTimers()
    },
  }
}

/**
 * Tells whether a file operation is running. The clock must not advance meanwhile: at its first call the AWS SDK reads
 * its configuration file, and a slow disk would look like a call that hangs.
 */
const isFileBusy = () => process.getActiveResourcesInfo().some((type) => fileRequests.includes(type))

const fileRequests = ['FSReqCallback', 'FSReqPromise', 'CloseReq']
