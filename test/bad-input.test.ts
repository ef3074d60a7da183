// Random bodies and headers.

import { expect, test } from '@jest/globals'
import { Ajv2020 as Ajv } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { description } from './acceptance/contract.ts'
import { createForge } from './support/forge.ts'
import { expectContract } from './support/invariants.ts'
import { seededRuns } from './support/seeded.ts'
import { type Answer, createWorld } from './support/world.ts'

const world = await createWorld()
const olivia = createForge(world).token()

const { ImpersonationRequest } = (description.components as unknown as { schemas: Record<string, object> }).schemas
const isRequest = new Ajv().compile(ImpersonationRequest ?? {})

/** Like fast-check's unit `binary`, which first makes a table of a million characters. */
const anyCharacter = fc
  .oneof({ weight: 19, arbitrary: fc.integer({ min: 0xe000, max: 0x10ffff }) }, fc.integer({ min: 0, max: 0xd7ff }))
  .map((point) => String.fromCodePoint(point))
const anyText = fc.string({ unit: anyCharacter, maxLength: 200 })
const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 140 })
const username = fc.oneof(fc.constantFrom('alice', 'ALICE', 'nobody', 'root', 'olivia', 'dora'), words, anyText)
/** Characters that a reason may not have, and some that it may. */
const nearControls = fc.string({
  unit: fc.constantFrom(
    'a',
    ' ',
    '\n',
    '\r',
    '\t',
    '\v',
    '\f',
    '\0',
    '\x85',
    '\u202e',
    '\u2069',
    '\u2028',
    '👩‍👧',
    '\ufeff',
  ),
  maxLength: 8,
})
const request = fc.record(
  {
    username: fc.oneof({ weight: 6, arbitrary: username }, fc.jsonValue()),
    reason: fc.oneof(nearControls, anyText, fc.jsonValue()),
  },
  { requiredKeys: [] },
)
const odd = fc.constantFrom(
  '{"username":"bob","username":"nobody"}',
  '{"username":"nobody","__proto__":{"username":"alice"}}',
  '{"username":"nobody","constructor":{"prototype":{"isAdmin":true}}}',
  '{"__proto__":{"username":"alice"}}',
  `{"username":"nobody","x":${'['.repeat(500)}${']'.repeat(500)}}`,
  `{"username":"nobody","x":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
  `{"username":"${'x'.repeat(1_000_000)}"}`,
  `{"username":"nobody","reason":"${'x'.repeat(1_000_000)}"}`,
  `{"username":"nobody","x":"${'x'.repeat(1_000_000)}"}`,
  '\ufeff{"username":"nobody"}',
  '{"username":"nobody","x":1e999}',
  '{"username":"nob\\u0000ody"}',
  '{"username":"\\ud800"}',
  'username=nobody',
  '<username>nobody</username>',
)
const body = fc.oneof(
  { weight: 6, arbitrary: request.map((value) => JSON.stringify(value)) },
  fc.tuple(request, fc.object({ maxDepth: 3 })).map(([value, more]) => JSON.stringify({ ...more, ...value })),
  fc.json(),
  anyText,
  odd,
  fc.constant(null),
)

const jsonType = fc.constantFrom('application/json', 'application/json; charset=utf-8', 'Application/JSON ;x')
const contentType = fc.oneof(
  { weight: 6, arbitrary: jsonType.map((type): string[] => [type]) },
  fc.array(anyText, { maxLength: 2 }),
)
const credentials = fc.oneof(
  { weight: 8, arbitrary: fc.constant([olivia] as string[]) },
  fc.array(
    fc.oneof(
      anyText,
      anyText.map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
    ),
    { maxLength: 2 },
  ),
)
const more = fc.dictionary(fc.string({ unit: anyCharacter, maxLength: 20 }), fc.array(anyText, { maxLength: 2 }), {
  maxKeys: 3,
})

const sent = fc.record({ body, contentType, credentials, more, base64: fc.nat(4).map((n) => n === 0) })
type Sent = typeof sent extends fc.Arbitrary<infer Value> ? Value : never

async function check({ body, contentType, credentials, more, base64 }: Sent): Promise<void> {
  const answer = (await world.post({
    headers: { ...more, Authorization: credentials, 'Content-Type': contentType },
    body: base64 && body !== null ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: base64 && body !== null,
  })) as Answer
  expectContract(answer)
  expect([200, 400, 401, 403, 422]).toContain(answer.statusCode)
  const named = Object.keys(more).map((name) => name.toLowerCase())
  if (answer.statusCode === 401 || named.includes('content-type') || contentType[0]?.match(/json/i) === null) return
  // The endpoint accepts the bodies that the OpenAPI document accepts, except keys that could change a prototype.
  const valid = isRequest(parsed(body))
  if (!valid) expect(answer.statusCode).toBe(400)
  else if (!/__proto__|prototype/.test(body ?? '') && contentType.length === 1 && body && body.length < 10_000)
    expect(answer.statusCode).not.toBe(400)
}

function parsed(body: string | null): unknown {
  try {
    return JSON.parse(body ?? '')
  } catch {
    return undefined
  }
}

test('the endpoint answers every body and every header as the contract and the OpenAPI document say', async () => {
  await world.reset()
  await seededRuns(2_000, (options) => fc.assert(fc.asyncProperty(sent, check), options))
  expect(Object.prototype).not.toHaveProperty('isAdmin')
}, 600_000)

const uuid = 'cf0c47e4-de3a-47f3-9b8e-92f3ad3a1344'
const ticket = fc.oneof(
  anyText,
  fc.jsonValue(),
  fc.constantFrom(uuid, `${uuid}.${'A'.repeat(43)}`, `${uuid}.${'A'.repeat(1_000_000)}`),
)
const ticketBody = fc.oneof({ weight: 3, arbitrary: ticket.map((ticket) => JSON.stringify({ ticket })) }, body)

test('without a good ticket, the route of the page answers every body and header with 400 or 401, and asks nobody', async () => {
  await world.reset()
  const check = async ({ body, contentType, more }: Pick<Sent, 'body' | 'contentType' | 'more'>) => {
    const route = 'POST /auth/session'
    const headers = { ...more, Authorization: [olivia], 'Content-Type': contentType }
    const answer = (await world.post({ route, headers, body })) as Answer
    expectContract(answer)
    expect([400, 401]).toContain(answer.statusCode)
  }
  const sent = fc.record({ body: ticketBody, contentType, more })
  await seededRuns(1_000, (options) => fc.assert(fc.asyncProperty(sent, check), options))
  expect(world.seen.cognitoCalls).toEqual([])
  expect(world.table.items.size).toBe(0)
}, 600_000)
