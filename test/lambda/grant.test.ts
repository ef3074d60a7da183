import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { newGrant, newTicket, readProof } from '../../lambda/grant.ts'

describe.each([
  [
    'a grant’s answer',
    () => {
      const { answer, ...proof } = newGrant()
      return { text: answer, proof }
    },
  ],
  [
    'a ticket',
    () => {
      const { ticket, ...proof } = newTicket()
      return { text: ticket, proof }
    },
  ],
] as const)('%s', (_, create) => {
  test('is read as its id and hash', () => {
    const { text, proof } = create()
    expect(readProof(text)).toEqual(proof)
  })
  test('does not contain its hash, and is another each time', () => {
    const { text, proof } = create()
    expect(text).not.toContain(proof.hash)
    expect(create().text).not.toBe(text)
  })
  test.each<[string, (text: string) => unknown]>([
    ['nothing', () => undefined],
    ['an object', (text) => ({ text })],
    ['an array', (text) => [text]],
    ['an empty text', () => ''],
    ['one more character', (text) => `${text}A`],
    ['one character less', (text) => text.slice(0, -1)],
    ['a line break at the end', (text) => `${text}\n`],
    ['a space at the start', (text) => ` ${text}`],
    ['capitals', (text) => text.toUpperCase()],
    ['a percent sign', (text) => text.replace('.', '%2E')],
    ['twice', (text) => `${text}.${text}`],
    ['a million characters', (text) => text + 'A'.repeat(1_000_000)],
  ])('is not read with %s', (_, change) => {
    expect(readProof(change(create().text))).toBeUndefined()
  })
})

test('a grant can be for an id that exists', () => {
  const id = randomUUID()
  expect(newGrant(id)).toMatchObject({ id, answer: expect.stringMatching(`^${id}\\.`) })
})
