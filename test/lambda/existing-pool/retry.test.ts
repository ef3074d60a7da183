import { describe, expect, jest, test } from '@jest/globals'
import { retry } from '../../../lambda/existing-pool/retry.ts'

const failTimes = (failures: number) => {
  const call = jest.fn<() => Promise<string>>().mockResolvedValue('done')
  for (let count = 1; count <= failures; count++) call.mockRejectedValueOnce(new Error(`failure ${count}`))
  return call
}

describe('retry', () => {
  test.each([0, 1, 2])('returns the first result, after %i failures', async (failures) => {
    const call = failTimes(failures)
    expect(await retry(call, { pauses: [1, 1] })).toBe('done')
    expect(call).toHaveBeenCalledTimes(failures + 1)
  })

  test('throws the last error when every try fails', async () => {
    const call = failTimes(9)
    await expect(retry(call, { pauses: [1, 1] })).rejects.toThrow('failure 3')
    expect(call).toHaveBeenCalledTimes(3)
  })

  test('tries once when the list of pauses is empty', async () => {
    const call = failTimes(1)
    await expect(retry(call, { pauses: [] })).rejects.toThrow('failure 1')
    expect(call).toHaveBeenCalledTimes(1)
  })

  test('throws an error that is not retryable at once', async () => {
    const call = failTimes(9)
    const isRetryable = (error: unknown) => (error as Error).message === 'failure 1'
    await expect(retry(call, { pauses: [1, 1, 1], isRetryable })).rejects.toThrow('failure 2')
    expect(call).toHaveBeenCalledTimes(2)
  })

  test('waits for each pause in turn', async () => {
    const times: number[] = []
    const call = () => {
      times.push(performance.now())
      return Promise.reject(new Error('down'))
    }
    await expect(retry(call, { pauses: [20, 60] })).rejects.toThrow('down')
    const [first = 0, second = 0, third = 0] = times
    // A timer can fire up to 1 ms early.
    expect(second - first).toBeGreaterThanOrEqual(19)
    expect(third - second).toBeGreaterThanOrEqual(59)
  })

  test('stops during a pause when the signal aborts', async () => {
    const call = failTimes(9)
    const stopped = retry(call, { pauses: [60_000], signal: AbortSignal.timeout(5) })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    expect(call).toHaveBeenCalledTimes(1)
  })
})
