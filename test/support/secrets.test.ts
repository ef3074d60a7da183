import { describe, expect, test } from '@jest/globals'
import { secretsIn } from './secrets.ts'

describe('secretsIn', () => {
  const secrets = ['secret-1', 'secret-1-and-more', 'another']

  test.each([
    ['at the start', 'another line', ['another']],
    ['at the end', 'a line of another', ['another']],
    ['as the whole text', 'another', ['another']],
    ['inside a word', 'xxsecret-1xx', ['secret-1']],
    ['after a part of itself', 'secretsecret-1', ['secret-1']],
    ['that overlap', 'secret-1-and-more', ['secret-1', 'secret-1-and-more']],
    ['twice', 'another, another', ['another']],
  ])('finds secrets %s', (_, text, expected) => {
    expect(secretsIn(text, secrets).sort()).toEqual(expected)
  })

  test.each(['', 'anothe', 'secret-2', 'Another', 'nother'])('finds none in %j', (text) => {
    expect(secretsIn(text, secrets)).toEqual([])
  })

  test('finds what a search for each secret finds', () => {
    const text = 'abacabadabacaba'
    const parts = ['a', 'ab', 'aba', 'abad', 'dab', 'x', 'cabad', 'abc', 'ba', 'da']
    expect(secretsIn(text, parts).sort()).toEqual(parts.filter((part) => text.includes(part)).sort())
  })
})
