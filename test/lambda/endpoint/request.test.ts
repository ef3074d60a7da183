import { describe, expect, test } from '@jest/globals'
import { readRequest } from '../../../lambda/endpoint/request.ts'

const read = (body: unknown, reasonRequired = false) => readRequest(body, { reasonRequired })

describe('accepts', () => {
  test.each([
    'alice',
    'alice@example.com',
    '4fe0e5af-2255-4bd5-b00a-23ad121e06f2',
    '+15550100',
    'élodie',
    'e\u0301lodie',
    '陳',
    'a',
    '😀'.repeat(128),
  ])('username %s unchanged', (username) => {
    expect(read({ username })).toEqual({ username, reason: undefined })
  })
  test('unknown fields', () => {
    expect(read({ username: 'alice', password: 'x', admin: true })).toEqual({ username: 'alice', reason: undefined })
  })
  test.each([
    ['ticket 7', 'ticket 7'],
    ['  ticket 7\n', 'ticket 7'],
    ['two\nlines', 'two\nlines'],
    ['x'.repeat(1000), 'x'.repeat(1000)],
    [` ${'😀'.repeat(1000)} `, '😀'.repeat(1000)],
  ])('reason %j', (reason, kept) => {
    expect(read({ username: 'alice', reason }, true)).toEqual({ username: 'alice', reason: kept })
  })
})

describe('refuses, naming the field,', () => {
  test.each([[null], [undefined], ['alice'], [7], [[]], [['alice']]])('a body that is not an object: %j', (body) => {
    expect(() => read(body)).toThrow(/^the body must be a JSON object/)
  })
  test.each([
    [undefined],
    [null],
    [''],
    [7],
    [['alice']],
    [{}],
    ['x'.repeat(129)],
    ['al ice'],
    [' alice'],
    ['alice\n'],
    ['al\0ice'],
    ['al\u200bice'],
    ['al\u202eice'],
    ['\ud800'],
  ])('username %j', (username) => {
    expect(() => read({ username })).toThrow(
      expect.objectContaining({ code: 'RequestInvalid', message: expect.stringMatching(/^username /) }),
    )
  })
  test.each([[null], [''], ['  \n'], [7], [['x']], ['x'.repeat(1001)], ['half \ud800']])('reason %j', (reason) => {
    expect(() => read({ username: 'alice', reason })).toThrow(
      expect.objectContaining({ code: 'RequestInvalid', message: expect.stringMatching(/^reason /) }),
    )
  })
  test.each([
    ['Reason', 'reason'],
    ['REASON', 'reason'],
    ['userName', 'username'],
    ['Username', 'username'],
  ])('%s, which differs from a field by capitals only', (name, field) => {
    expect(() => read({ username: 'alice', reason: 'ticket 7', [name]: 'x' })).toThrow(
      expect.objectContaining({ code: 'RequestInvalid', message: `${name} must be written ${field}` }),
    )
  })
  test('a missing reason if the setting requires one', () => {
    expect(() => read({ username: 'alice' }, true)).toThrow(/^reason is required/)
  })
})
