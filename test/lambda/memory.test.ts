import { describe, expect, test } from '@jest/globals'
import { createMemory } from '../../lambda/memory.ts'

function setUp(capacity = 2) {
  const clock = { now: 1_000 }
  const asked: string[] = []
  const recall = createMemory<boolean>({
    lifetimeOf: (answer) => (answer === false ? 10 : 100),
    capacity,
    now: () => clock.now,
  })
  const ask = (key: string, answer = true) => recall(key, async () => Boolean(asked.push(key)) && answer)
  return { clock, asked, recall, ask }
}

describe('an answer', () => {
  test.each([
    [true, 99, 1],
    [true, 100, 2],
    [false, 9, 1],
    [false, 10, 2],
  ])('%s after %s ms was asked for %s times', async (answer, later, times) => {
    const { clock, asked, ask } = setUp()
    await ask('a', answer)
    clock.now += later
    expect(await ask('a', answer)).toBe(answer)
    expect(asked).toHaveLength(times)
  })
  test('is asked for again after the clock was set back', async () => {
    const { clock, asked, ask } = setUp()
    await ask('a')
    clock.now -= 1
    await ask('a')
    expect(asked).toHaveLength(2)
  })
  test('is as old as the start of its call', async () => {
    const { clock, asked, recall, ask } = setUp()
    const slow = Promise.withResolvers<boolean>()
    const first = recall('a', () => slow.promise)
    clock.now += 60
    slow.resolve(true)
    await first
    clock.now += 40
    await ask('a')
    expect(asked).toHaveLength(1)
  })
})

test('concurrent callers share one call', async () => {
  const { asked, ask } = setUp()
  expect(await Promise.all([ask('a'), ask('a'), ask('b')])).toEqual([true, true, true])
  expect(asked).toEqual(['a', 'b'])
})

test('a pending call is joined only as long as its answer may be used', async () => {
  const { clock, asked, recall, ask } = setUp()
  const pending = recall('a', () => new Promise<boolean>(() => {}))
  clock.now += 100
  await ask('a')
  expect(asked).toEqual(['a'])
  void pending
})

test('a failure is not remembered, and does not displace a newer call', async () => {
  const { clock, asked, recall, ask } = setUp()
  const failing = Promise.withResolvers<boolean>()
  const first = recall('a', () => failing.promise)
  clock.now += 100
  await ask('a')
  failing.reject(new Error('down'))
  await expect(first).rejects.toThrow('down')
  await ask('a')
  expect(asked).toEqual(['a'])
  await expect(recall('b', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
  await ask('b')
  expect(asked).toEqual(['a', 'b'])
})

test('forgets the oldest beyond its capacity', async () => {
  const { clock, asked, ask } = setUp(2)
  for (const key of ['a', 'b']) await ask(key)
  clock.now += 100
  for (const key of ['a', 'b', 'c']) await ask(key) // b and c are left
  expect(asked.splice(0)).toEqual(['a', 'b', 'a', 'b', 'c'])
  for (const key of ['c', 'b', 'a']) await ask(key)
  expect(asked).toEqual(['a'])
})
test('a key that is asked for again is no longer the oldest', async () => {
  const { clock, asked, ask } = setUp(2)
  for (const key of ['a', 'b']) await ask(key)
  clock.now += 100
  for (const key of ['a', 'c', 'a']) await ask(key)
  expect(asked).toEqual(['a', 'b', 'a', 'c'])
})
