// Tests of the list of acceptance cases that the emulator run leaves out.

import { describe, expect, test } from '@jest/globals'
import { allBut, checkNames } from './acceptance.ts'

describe('allBut', () => {
  const pattern = new RegExp(allBut(['a key 403: ""', 'a session (of two)']))

  test.each(['a key 403: ""', 'a session (of two)'])('leaves out %s', (name) => {
    expect(pattern.test(name)).toBe(false)
  })
  test.each(['a key 403: "" and more', 'a session of two', 'another', ''])('keeps %p', (name) => {
    expect(pattern.test(name)).toBe(true)
  })
  test('matches every name if the list is empty', () => {
    expect(new RegExp(allBut([])).test('a session')).toBe(true)
  })
})

describe('checkNames', () => {
  const cases = [
    { fullName: 'one', status: 'passed' },
    { fullName: 'two', status: 'pending' },
  ]

  test('accepts names of cases that did not run', () => {
    expect(() => checkNames(['two'], cases)).not.toThrow()
  })
  test.each([
    ['of no case', 'three', 'no acceptance case is called "three"'],
    ['of a case that ran', 'one', '"one" was left out, but it ran'],
  ])('refuses the name %s', (_, name, message) => {
    expect(() => checkNames(['two', name], cases)).toThrow(message)
  })
  test('refuses a case that did not run, and is not left out', () => {
    expect(() => checkNames([], cases)).toThrow('"two" did not run, and is not left out')
  })
})
