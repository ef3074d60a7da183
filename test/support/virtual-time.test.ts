import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { startVirtualTime } from './virtual-time.ts'

describe('settle', () => {
  let time: ReturnType<typeof startVirtualTime>
  beforeEach(() => {
    time = startVirtualTime()
  })
  afterEach(() => time.stop())

  test('advances the clock to the next timer', async () => {
    const start = Date.now()
    await time.settle(new Promise<void>((resolve) => setTimeout(resolve, 5_000)))
    expect(Date.now() - start).toBe(5_000)
  })

  test('lets a file operation end before the clock advances', async () => {
    const start = Date.now()
    const timer = setTimeout(() => {}, 5_000)
    for (let read = 0; read < 50; read++) await time.settle(readFile(fileURLToPath(import.meta.url)))
    clearTimeout(timer)
    expect(Date.now()).toBe(start)
  })

  test('refuses a promise that nothing can settle', async () => {
    await expect(time.settle(new Promise(() => {}))).rejects.toThrow('no timer is left')
  })
})
