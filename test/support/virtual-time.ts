// Time that passes only when nothing else can happen: limits of seconds are reached in milliseconds.

import { jest } from '@jest/globals'

/** Takes over timers, the date and AbortSignal.timeout, until `stop`. */
export function startVirtualTime() {
  const real = AbortSignal.timeout
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
     * Lets time pass until the promise settles.
     * @param patience how long to wait for work that no timer tells of, such as a module's first import, real ms.
     * @throws Error where it waits for nothing that time would bring.
     */
    async settle<Value>(promise: Promise<Value>, patience = 0): Promise<Value> {
      let settled = false
      const note = () => {
        settled = true
      }
      promise.then(note, note)
      for (;;) {
        const until = performance.now() + patience
        for (let turn = 0; !settled && (turn < 3 || performance.now() < until); turn++) await new Promise(setImmediate)
        if (settled) return promise
        if (jest.getTimerCount() === 0) throw new Error('this would hang for ever')
        jest.advanceTimersToNextTimer()
      }
    },
    /** Lets everything happen that was to happen within that time, ms. */
    async pass(milliseconds: number): Promise<void> {
      await jest.advanceTimersByTimeAsync(milliseconds)
    },
    forget: () => jest.clearAllTimers(),
    stop() {
      AbortSignal.timeout = real
      jest.useRealTimers()
    },
  }
}
