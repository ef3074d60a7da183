// Attempts to get a session with a ticket that must not open one, or after a right is gone.

import { randomUUID } from 'node:crypto'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createForge } from '../support/forge.ts'
import { expectContract, expectNothingSecret } from '../support/invariants.ts'
import { startVirtualTime } from '../support/virtual-time.ts'
import { type Answer, audrey, calm, createWorld } from '../support/world.ts'

const time = startVirtualTime()
afterAll(() => time.stop())
const world = await createWorld()
const { token } = createForge(world)
const { users } = world.pool

async function prepare(authorization = token(), username = 'alice'): Promise<string> {
  const answer = await send(() =>
    world.prepare({ headers: { Authorization: [authorization] }, body: JSON.stringify({ username }) }),
  )
  expect(answer.statusCode).toBe(201)
  return String(answer.body.ticket)
}
const redeem = (ticket: unknown) => send(() => world.redeem(ticket))
async function send(request: () => Promise<Answer | 'ended'>): Promise<Answer> {
  const answer = (await time.settle(request())) as Answer
  expectContract(answer)
  expectNothingSecret(world.seen.lines, world.seen.secrets)
  return answer
}
const recordOf = (ticket: string) => {
  const item = world.table.items.get(ticket.split('.')[0] ?? '')
  return item && unmarshall(item)
}
const invalid = {
  statusCode: 401,
  headers: { 'Impersonation-Error': 'TicketInvalid', 'WWW-Authenticate': expect.not.stringMatching(/Basic|Bearer/) },
}
/** No call of the subject's sign-in. */
function expectNothingMinted(ticket: string) {
  expect(world.seen.cognitoCalls).not.toContain('AdminRespondToAuthChallenge')
  expect(recordOf(ticket)).not.toHaveProperty('issuedAt')
}

beforeEach(() => world.reset())

test('a good ticket opens one session, and the record has the browser beside the back office', async () => {
  const ticket = await prepare()
  expect(await redeem(ticket)).toMatchObject({
    statusCode: 200,
    headers: { 'Impersonation-Id': ticket.slice(0, 36) },
    body: { username: 'alice', session: { refreshToken: '' } },
  })
  expect(recordOf(ticket)).toMatchObject({
    state: 'issued',
    sourceIp: '192.0.2.1',
    userAgent: 'curl',
    browserIp: '198.51.100.7',
    browserUserAgent: 'Firefox',
    claimedAt: expect.any(Number),
  })
})

describe('401, one message, and nothing at Cognito for a ticket that is', () => {
  test.each<[string, (ticket: string) => unknown | Promise<unknown>]>([
    ['unknown', (ticket) => randomUUID() + ticket.slice(36)],
    ['another secret', (ticket) => `${ticket.slice(0, 37)}${'A'.repeat(43)}`],
    ['without its last character', (ticket) => ticket.slice(0, -1)],
    ['with a blank at the end', (ticket) => `${ticket} `],
    ['with a line break at the end', (ticket) => `${ticket}\n`],
    ['in capitals', (ticket) => ticket.toUpperCase()],
    ['the id alone', (ticket) => ticket.slice(0, 36)],
    ['the secret alone', (ticket) => ticket.slice(37)],
    ['the hash in the record', (ticket) => `${ticket.slice(0, 37)}${recordOf(ticket)?.ticketHash}`],
    ['empty', () => ''],
    ['1 MB long', (ticket) => ticket + 'A'.repeat(1_000_000)],
    ['a condition expression', (ticket) => `${ticket.slice(0, 37)}' OR attribute_exists(id) OR 'xxxxxxxxxxxxxxxx`],
    [
      'late',
      async (ticket) => {
        await time.pass(60_000)
        return ticket
      },
    ],
    [
      'used',
      async (ticket) => {
        expect((await redeem(ticket)).statusCode).toBe(200)
        world.seen.cognitoCalls.length = 0
        return ticket
      },
    ],
    [
      'of an ended impersonation',
      async (ticket) => {
        expect(await time.settle(world.oversight.end(ticket.slice(0, 36), audrey))).toMatchObject({ state: 'ended' })
        return ticket
      },
    ],
    [
      'of another deployment, whose table this one was given',
      (ticket) => {
        const id = ticket.slice(0, 36)
        world.table.items.set(id, { ...world.table.items.get(id), clientId: { S: 'another' } })
        return ticket
      },
    ],
    [
      'of a direct mint: its grant',
      async () => {
        await send(() => world.post({ headers: { Authorization: [token()] } }))
        world.seen.cognitoCalls.length = 0
        return `${world.seen.ids.at(-1)}.${[...world.seen.secrets].find((secret) => secret.length === 43)}`
      },
    ],
  ])('%s', async (_, forge) => {
    const forged = await forge(await prepare())
    world.seen.cognitoCalls.length = 0
    const answer = await redeem(forged)
    expect(answer).toMatchObject(invalid)
    expect(answer).toEqual(await redeem('x'))
    expect(world.seen.cognitoCalls).toEqual([])
  })
})

test('a ticket is good to its last ms', async () => {
  const ticket = await prepare()
  await time.pass(59_999)
  expect((await redeem(ticket)).statusCode).toBe(200)
})

test('a ticket is no ID token, and an ID token is no ticket', async () => {
  const ticket = await prepare()
  for (const authorization of [ticket, `Bearer ${ticket}`]) {
    const answer = await send(() => world.post({ headers: { Authorization: [authorization] } }))
    expect(answer).toMatchObject({ statusCode: 401, headers: { 'Impersonation-Error': 'CredentialsInvalid' } })
  }
  expect(await redeem(token())).toMatchObject(invalid)
  expect((await redeem(ticket)).statusCode).toBe(200)
})

test('a ticket is no grant: as the challenge’s answer, it brings no tokens', async () => {
  const ticket = await prepare()
  const before = recordOf(ticket)
  const event = {
    version: '1',
    triggerSource: 'VerifyAuthChallengeResponse_Authentication',
    region: 'us-east-1',
    userPoolId: world.pool.definition.id,
    userName: 'alice',
    callerContext: { awsSdkVersion: 'x', clientId: 'ours' },
    request: {
      userAttributes: { sub: users.get('alice')?.sub },
      privateChallengeParameters: { nonce: 'n' },
      challengeAnswer: ticket,
    },
    response: {},
  }
  const answered = (await time.settle(world.triggers(event as never))) as { response: { answerCorrect?: boolean } }
  expect(answered.response.answerCorrect).not.toBe(true)
  expect(recordOf(ticket)).toEqual(before)
})

describe('an actor whose right is withdrawn', () => {
  const olivia = users.get('olivia')
  if (!olivia) throw new Error('the pool has no olivia')
  const group = { GroupName: 'impersonators' }
  const withdrawals: [string, () => unknown, () => unknown][] = [
    [
      'because they left the group',
      () => world.admin('AdminRemoveUserFromGroup', 'olivia', group),
      () => world.admin('AdminAddUserToGroup', 'olivia', group),
    ],
    [
      'because they were disabled',
      () => world.admin('AdminDisableUser', 'olivia'),
      () => world.admin('AdminEnableUser', 'olivia'),
    ],
    ['because they were deleted', () => users.delete('olivia'), () => users.set('olivia', olivia)],
    [
      'because of a password reset',
      () => users.set('olivia', { ...olivia, status: 'RESET_REQUIRED' }),
      () => users.set('olivia', olivia),
    ],
    [
      'because their username belongs to somebody else now',
      () => users.set('olivia', { ...olivia, sub: randomUUID() }),
      () => users.set('olivia', olivia),
    ],
  ]
  const refused = { statusCode: 403, headers: { 'Impersonation-Error': 'ActorNotAllowed' } }

  test.each(withdrawals)('%s, between prepare and redeem: 403, nothing minted', async (_, withdraw, restore) => {
    const ticket = await prepare()
    await withdraw()
    const answer = await redeem(ticket)
    await restore()
    expect(answer).toMatchObject(refused)
    expectNothingMinted(ticket)
    expect(recordOf(ticket)).toMatchObject({ state: 'refused', code: 'ActorNotAllowed' })
    // The right comes back, the ticket does not.
    expect(await redeem(ticket)).toMatchObject(invalid)
  })
  test.each(withdrawals)(
    '%s, before prepare: 403, no ticket, and no call about the subject',
    async (_, withdraw, restore) => {
      const authorization = token()
      await withdraw()
      const answer = await send(() => world.prepare({ headers: { Authorization: [authorization] } }))
      await restore()
      expect(answer).toMatchObject(refused)
      expect(answer.body).not.toHaveProperty('ticket')
      expect(world.seen.cognitoCalls.sort()).toEqual(['AdminGetUser', 'AdminListGroupsForUser'])
      expect(world.table.items.get(answer.headers['Impersonation-Id'] ?? '')).toMatchObject({ state: { S: 'refused' } })
    },
  )
  test('whose sign-in is now too long ago: 403, and no call to Cognito', async () => {
    const seconds = Math.floor(Date.now() / 1000)
    const ticket = await prepare(token({ auth_time: seconds - 12 * 3600 + 30 }))
    await time.pass(40_000)
    world.seen.cognitoCalls.length = 0
    expect(await redeem(ticket)).toMatchObject(refused)
    expect(world.seen.cognitoCalls).toEqual([])
    expectNothingMinted(ticket)
  })
  test('of an impersonated session: it cannot prepare', async () => {
    const minted = await send(() => world.post({ headers: { Authorization: [token()] } }))
    const { authorization } = minted.body.session as { authorization: string }
    const answer = await send(() => world.prepare({ headers: { Authorization: [authorization] } }))
    expect(answer).toMatchObject({ statusCode: 403, headers: { 'Impersonation-Error': 'ActorImpersonated' } })
  })
})

describe('a subject', () => {
  test.each([
    ['nobody', 422, 'SubjectNotFound'],
    ['dora', 422, 'SubjectDisabled'],
    ['root', 403, 'SubjectProtected'],
    ['olivia', 403, 'SubjectProtected'],
    ['Okta_7', 422, 'SubjectFederated'],
  ])('%s is not looked at by prepare, and refused at redeem: %i %s', async (username, statusCode, code) => {
    const ticket = await prepare(token(), username)
    expect(world.seen.cognitoCalls.sort()).toEqual(['AdminGetUser', 'AdminListGroupsForUser'])
    expect(await redeem(ticket)).toMatchObject({ statusCode, headers: { 'Impersonation-Error': code } })
    expect(recordOf(ticket)).toMatchObject({ state: 'refused', code })
    expect(await redeem(ticket)).toMatchObject(invalid)
  })
  test('who is disabled between prepare and redeem is refused', async () => {
    const ticket = await prepare()
    await world.admin('AdminDisableUser', 'alice')
    const answer = await redeem(ticket)
    await world.admin('AdminEnableUser', 'alice')
    expect(answer).toMatchObject({ statusCode: 422, headers: { 'Impersonation-Error': 'SubjectDisabled' } })
    expectNothingMinted(ticket)
  })
  test('who is protected between prepare and redeem is refused', async () => {
    const ticket = await prepare()
    await world.admin('AdminAddUserToGroup', 'alice', { GroupName: 'admins' })
    const answer = await redeem(ticket)
    await world.admin('AdminRemoveUserFromGroup', 'alice', { GroupName: 'admins' })
    expect(answer).toMatchObject({ statusCode: 403, headers: { 'Impersonation-Error': 'SubjectProtected' } })
    expect(recordOf(ticket)).not.toHaveProperty('issuedAt')
  })
})

test('an impersonation that is ended while its ticket is redeemed gets no session', async () => {
  for (const endAt of [1, 2, 3, 4, 5]) {
    let calls = 0
    const behaviour = { ...calm }
    await world.reset(behaviour)
    const ticket = await prepare()
    behaviour.ends = () => ++calls === endAt
    const answer = await redeem(ticket)
    await time.settle(Promise.all(world.seen.ends))
    const ended = recordOf(ticket)
    expect(ended).toMatchObject({ state: 'ended' })
    if (answer.statusCode !== 200) expect([401, 403]).toContain(answer.statusCode)
    expect(answer.statusCode === 200).toBe(ended?.issuedAt !== undefined)
  }
})
