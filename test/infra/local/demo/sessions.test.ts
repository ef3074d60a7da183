import { describe, expect, test } from '@jest/globals'
import { createSessions } from '../../../../infra/local/demo/site/sessions.ts'

describe('a session', () => {
  const olivia = { username: 'olivia', groups: [], idToken: 'x.y.z', endsAt: 1_000 }
  const cookieOf = (header: string) => header.split(';')[0]

  test('ends when the ID token ends', () => {
    let now = 0
    const sessions = createSessions('back-office', () => now)
    const cookie = cookieOf(sessions.open(olivia))
    now = 999
    expect(sessions.find(cookie)).toBe(olivia)
    now = 1_000
    expect(sessions.find(cookie)).toBeUndefined()
  })

  test('is found among other cookies, and by its own name only', () => {
    const sessions = createSessions('back-office', () => 0)
    const cookie = cookieOf(sessions.open(olivia)) ?? ''
    expect(sessions.find(`shop=1; ${cookie}; theme=dark`)).toBe(olivia)
    for (const other of [
      undefined,
      '',
      'back-office=',
      'back-office',
      `shop=1; x${cookie}`,
      `shop=${cookie.slice(12)}`,
    ]) {
      expect(sessions.find(other)).toBeUndefined()
    }
  })

  test('has an id that nobody can guess', () => {
    const sessions = createSessions('back-office', () => 0)
    const ids = Array.from({ length: 100 }, () => sessions.open(olivia))
    expect(new Set(ids).size).toBe(100)
    expect(cookieOf(ids[0] ?? '')).toMatch(/^back-office=[\w-]{43}$/)
  })
})
