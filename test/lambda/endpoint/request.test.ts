import { describe, expect, test } from '@jest/globals'
import { loadReasonForm } from '../../../lambda/endpoint/reason-form.ts'
import { readRequest } from '../../../lambda/endpoint/request.ts'

const read = (body: unknown, reasonRequired = false) => readRequest(body, { reasonRequired, reasonForm: undefined })

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
    ['two\r\nlines\tand a tab', 'two\r\nlines\tand a tab'],
    ['👩‍👩‍👧 a family, joined by ZWJ', '👩‍👩‍👧 a family, joined by ZWJ'],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿 a flag of tag characters', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 a flag of tag characters'],
    ['❤️ a variation selector', '❤️ a variation selector'],
    ['می‌خواهم مرحبا שלום', 'می‌خواهم مرحبا שלום'],
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
    ['alice\u2066'],
    ['alice\u061c'],
    ['alice\u0085'],
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
  const bidi = [...'\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069']
  test.each([
    '\0',
    '\x07',
    '\b',
    '\v',
    '\f',
    '\r',
    '\x1b[2K',
    '\x7f',
    '\x85',
    '\x9b',
    '\ufff9',
    '\ufffa',
    '\ufffb',
    ...bidi,
  ])('a reason with the control character %j', (control) => {
    expect(() => read({ username: 'alice', reason: `ticket ${control} 7` })).toThrow(
      expect.objectContaining({
        code: 'RequestInvalid',
        message: expect.stringMatching(/^reason must not contain /),
      }),
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

const form = await loadReasonForm({ pattern: 'SUP-[0-9]+( .*)?', description: 'a ticket, such as SUP-123' })

describe('with a form of reasons', () => {
  const readWith = (reason: unknown) =>
    readRequest({ username: 'alice', reason }, { reasonRequired: false, reasonForm: form })

  test.each(['SUP-1', ' SUP-123 the invoice\n', 'SUP-9 👩‍👩‍👧'])('accepts %j', (reason) => {
    expect(readWith(reason)).toEqual({ username: 'alice', reason: reason.trim() })
  })
  test.each(['SUP-', 'xSUP-1', 'SUP-1x', 'sup-1', 'SUP-1\nx', 'SUP-1 a\nb', 'why SUP-1'])(
    'refuses %j: the whole reason must match',
    (reason) => {
      expect(() => readWith(reason)).toThrow(
        expect.objectContaining({ code: 'RequestInvalid', message: 'reason must be a ticket, such as SUP-123' }),
      )
    },
  )
  test('refuses a missing reason', () => {
    expect(() => readWith(undefined)).toThrow(
      expect.objectContaining({ code: 'RequestInvalid', message: 'reason is required: a ticket, such as SUP-123' }),
    )
  })
  test('keeps the other rules', async () => {
    const any = await loadReasonForm({ pattern: '(?s).*', description: 'anything' })
    for (const reason of ['', null, 7, 'x'.repeat(1001), 'a\u202eb']) {
      expect(() => readRequest({ username: 'alice', reason }, { reasonRequired: false, reasonForm: any })).toThrow(
        /^reason/,
      )
    }
  })
  test('is none if the setting is none', async () => {
    expect(await loadReasonForm('none')).toBeUndefined()
  })
})
