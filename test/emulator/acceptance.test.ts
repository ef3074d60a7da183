// Which acceptance cases an emulator is spared, and that a wrong name is noticed.

import { describe, expect, test } from '@jest/globals'
import { allBut, checkNames } from './acceptance.ts'

describe('the pattern of what is not left out', () => {
  const pattern = new RegExp(allBut(['a key 403: ""', 'a session (of two)']))

  test.each(['a key 403: ""', 'a session (of two)'])('leaves out %s', (name) => {
    expect(pattern.test(name)).toBe(false)
  })
  test.each(['a key 403: "" and more', 'a session of two', 'another', ''])('keeps %p', (name) => {
    expect(pattern.test(name)).toBe(true)
  })
  test('is of every name where none is left out', () => {
    expect(new RegExp(allBut([])).test('a session')).toBe(true)
  })
})

describe('the names left out', () => {
  const cases = [
    { fullName: 'one', status: 'passed' },
    { fullName: 'two', status: 'pending' },
  ]

  test('are cases, and did not run', () => {
    expect(() => checkNames(['two'], cases)).not.toThrow()
  })
  test.each([
    ['is no case', 'three', 'no acceptance case is called "three"'],
    ['ran', 'one', '"one" was to be left out, but it ran'],
  ])('are refused where one %s', (_, name, message) => {
    expect(() => checkNames(['two', name], cases)).toThrow(message)
  })
})
