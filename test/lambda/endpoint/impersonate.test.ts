import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, jest, test } from '@jest/globals'
import { readEndpointConfig } from '../../../lambda/config.ts'
import type { CountActor } from '../../../lambda/endpoint/actor-limit.ts'
import { UnexplainedRefusal } from '../../../lambda/endpoint/cognito-errors.ts'
import { createImpersonations } from '../../../lambda/endpoint/impersonations.ts'
import type { UserPool } from '../../../lambda/endpoint/user-pool.ts'
import { type Code, ImpersonationError } from '../../../lambda/errors.ts'
import { newTicket, readProof } from '../../../lambda/grant.ts'
import type { Users } from '../../../lambda/http/users.ts'
import type { Records } from '../../../lambda/records.ts'
import type { ImpersonationRecord } from '../../../lambda/records-schema.ts'
import { endpointEnvironment } from '../../support/environment.ts'
import { newKey, signToken } from '../../support/tokens.ts'

const key = newKey()
const noon = Date.UTC(2026, 0, 1, 12)
const olivia = {
  sub: 'sub-of-olivia',
  username: 'olivia',
  groups: ['gold', 'impersonators'],
  clientId: 'actors',
  signedInAt: noon - 1,
  impersonated: false,
}

/** The ways to a session. */
const ways = ['without a ticket', 'with a ticket'] as const
type Way = (typeof ways)[number]
const request = { username: 'alice@example.com', reason: 'ticket 7' }
const source = { sourceIp: '192.0.2.1', userAgent: 'curl', apiKeyId: 'key-1', requestId: 'request-1' }
const contextData = { IpAddress: '192.0.2.1', ServerName: 'api', ServerPath: '/v1', HttpHeaders: [] }
const origin = { source, contextData }
const requested: ImpersonationRecord = {
  id: 'replaced',
  state: 'requested',
  clientId: 'ours',
  actorSub: olivia.sub,
  actorUsername: olivia.username,
  actorSignedInAt: olivia.signedInAt,
  subjectAsked: request.username,
  requestedAt: noon,
  expiresAt: 1,
}
const challenged = { username: 'alice', session: 'session-1' }
const errorOf = (code: Code) => new ImpersonationError(code)

function tokensFor(impersonationId: string, changes: object = {}) {
  const both = {
    sub: 'sub-of-alice',
    act: { sub: olivia.sub },
    impersonation_id: impersonationId,
    iat: 1,
    exp: 3_601,
    ...changes,
  }
  return {
    IdToken: signToken(key, { ...both, token_use: 'id', aud: 'ours', 'cognito:username': 'alice' }),
    AccessToken: signToken(key, { ...both, token_use: 'access', client_id: 'ours' }),
    RefreshToken: 'refresh-token',
  }
}

function setUpFor(
  way: Way,
  options: {
    actor?: Partial<typeof olivia>
    environment?: object
    put?: Records['put']
    countActor?: CountActor
    read?: Partial<ImpersonationRecord> | Error
    refuse?: Records['refuse']
    challenge?: UserPool['challenge']
    groupsOf?: Users['groupsOf']
    allow?: Records['allow']
    isActive?: Users['isActive']
    answer?: UserPool['answer']
    whyRefused?: UserPool['whyRefused']
  } = {},
) {
  const log = jest.fn()
  const records = {
    put: jest.fn<Records['put']>(options.put ?? (async () => {})),
    /** For the mint, a claim is the write that `put` is without a ticket. */
    claim: jest.fn<Records['claim']>(async ({ ticket, grant }) => {
      const record = { ...requested, id: ticket.id, grantHash: grant.hash }
      await records.put(record)
      return record
    }),
    read: jest.fn<Records['read']>(async () => {
      if (options.read instanceof Error) throw options.read
      return options.read as ImpersonationRecord | undefined
    }),
    allow: jest.fn<Records['allow']>(options.allow ?? (async () => true)),
    refuse: jest.fn<Records['refuse']>(options.refuse ?? (async () => {})),
    discard: jest.fn<Records['discard']>(async () => {}),
    requireApproval: jest.fn<Records['requireApproval']>(),
  }
  const userPool = {
    challenge: jest.fn<UserPool['challenge']>(options.challenge ?? (async () => challenged)),
    answer: jest.fn<UserPool['answer']>(options.answer ?? (async (_, { id }) => tokensFor(id))),
    whyRefused: jest.fn<UserPool['whyRefused']>(options.whyRefused ?? (async () => errorOf('SubjectDisabled'))),
    revoke: jest.fn<UserPool['revoke']>(async () => {}),
  }
  const users = {
    groupsOf: jest.fn<Users['groupsOf']>(options.groupsOf ?? (async ({ among }) => [...among])),
    isActive: jest.fn<Users['isActive']>(options.isActive ?? (async () => true)),
    groupsOfName: jest.fn<Users['groupsOfName']>(),
  }
  const countActor = jest.fn<CountActor>(options.countActor ?? (async () => {}))
  const config = readEndpointConfig({ ...endpointEnvironment, ...options.environment })
  let time = noon // goes on with each reading, so that two readings for one record show
  const { impersonate, handOff } = createImpersonations({
    config,
    records,
    userPool,
    users,
    countActor,
    now: () => time++,
    log,
  })
  async function run(signal = new AbortController().signal) {
    if (way === 'without a ticket') return impersonate({ ...olivia, ...options.actor }, request, origin, signal)
    return handOff.redeem(await handOff.claim(newTicket().ticket, { ip: '198.51.100.7' }), contextData, signal)
  }
  return { run, log, countActor, ...records, ...userPool, ...users }
}
const recordOf = (put: ReturnType<typeof setUpFor>['put']) => put.mock.calls[0]?.[0] as ImpersonationRecord

test('returns the subject’s session, and records who acts as whom, why, when and from where', async () => {
  const { run, put, allow, challenge, answer, groupsOf, read, refuse, discard, revoke } = setUpFor('without a ticket')
  const { id, username, endsAt } = await run()
  const record = recordOf(put)
  expect({ id, username, endsAt }).toEqual({ id: record.id, username: 'alice', endsAt: 3_601 })
  expect(record).toEqual({
    id,
    state: 'requested',
    grantHash: expect.stringMatching(/^[\w-]{43}$/),
    grantEndsAt: noon + 60_000,
    clientId: 'ours',
    actorSub: olivia.sub,
    actorUsername: 'olivia',
    subjectAsked: 'alice@example.com',
    reason: 'ticket 7',
    requestedAt: noon,
    expiresAt: noon / 1000 + 400 * 86_400,
    ...source,
  })
  expect(challenge).toHaveBeenCalledWith('alice@example.com', contextData, expect.anything())
  expect(groupsOf).toHaveBeenCalledWith({ username: 'olivia', among: ['impersonators'] }, expect.anything())
  const [answered, grant, sentContext] = answer.mock.calls[0] ?? []
  expect(sentContext).toBe(contextData)
  expect([answered, grant?.id]).toEqual([challenged, id])
  expect(readProof(grant?.answer)).toEqual({ id, hash: record.grantHash })
  expect(grant?.answer).not.toContain(record.grantHash)
  for (const unused of [allow, read, refuse, discard, revoke]) expect(unused).not.toHaveBeenCalled()
})

test('begins with the sign-in, which takes longest', async () => {
  const { run, challenge, put, groupsOf, isActive } = setUpFor('without a ticket')
  await run()
  const [first = Number.NaN] = challenge.mock.invocationCallOrder
  for (const other of [put, groupsOf, isActive]) expect(other.mock.invocationCallOrder[0]).toBeGreaterThan(first)
})

describe('refuses before it calls DynamoDB or Cognito', () => {
  test.each<[string, Partial<typeof olivia>, Code]>([
    ['a caller outside the group', { groups: ['gold'] }, 'ActorNotAllowed'],
    ['a caller in a group with a similar name', { groups: ['Impersonators', 'impersonators '] }, 'ActorNotAllowed'],
    ['an impersonated session', { impersonated: true }, 'ActorImpersonated'],
  ])('%s', async (_, actor, code) => {
    const { run, put, countActor, challenge, groupsOf } = setUpFor('without a ticket', { actor })
    await expect(run()).rejects.toMatchObject({ code, status: 403 })
    for (const untouched of [put, countActor, challenge, groupsOf]) expect(untouched).not.toHaveBeenCalled()
  })
})

describe('the actor’s limit', () => {
  const limited = () => Promise.reject(Object.assign(errorOf('ActorLimit'), { retryAfter: 60 }))
  const setUp = (options: Parameters<typeof setUpFor>[1]) => setUpFor('without a ticket', options)

  test('counts an impersonation without a ticket', async () => {
    const { run, countActor } = setUp({})
    await run()
    expect(countActor.mock.calls).toEqual([[olivia.sub]])
  })
  test('does not count a ticket’s redeem: its preparation counted', async () => {
    const { run, countActor } = setUpFor('with a ticket', { countActor: limited })
    await run()
    expect(countActor).not.toHaveBeenCalled()
  })
  test('is counted while the record is written, the actor is looked up and the sign-in starts', async () => {
    const never = () => new Promise<never>(() => {})
    const { run, countActor, put, groupsOf, challenge } = setUp({ put: never, groupsOf: never, challenge: never })
    run().catch(() => {})
    await new Promise(setImmediate)
    for (const started of [countActor, put, groupsOf, challenge]) expect(started).toHaveBeenCalledTimes(1)
  })
  test.each<[string, CountActor, object]>([
    ['a reached limit', limited, { code: 'ActorLimit', status: 429, retryAfter: 60 }],
    ['a counter that fails', () => Promise.reject(errorOf('Unavailable')), { code: 'Unavailable', status: 503 }],
  ])('%s: no session, and the record says so', async (_, countActor, expected) => {
    const { run, put, answer, refuse } = setUp({ countActor })
    const failure = await run().catch((error) => error)
    expect(failure).toMatchObject({ ...expected, impersonationId: recordOf(put).id })
    expect(answer).not.toHaveBeenCalled()
    expect(refuse.mock.calls).toEqual([[recordOf(put).id, failure.code, undefined]])
  })
  test.each<[string, CountActor]>([
    ['a reached limit', limited],
    ['a counter that fails', () => Promise.reject(errorOf('Unavailable'))],
  ])('%s: does not wait for the subject’s sign-in: its time would tell who exists', async (_, countActor) => {
    const challenge: UserPool['challenge'] = (_username, _context, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(errorOf('Unavailable'))))
    const { run } = setUp({ countActor, challenge })
    const outcome = run().catch(({ code }) => code)
    expect(await Promise.race([outcome, sleep(500, 'still waiting')])).toMatch(/ActorLimit|Unavailable/)
  })
  test('answers the challenge only after the impersonation is counted', async () => {
    let count = () => {}
    const { run, answer } = setUp({
      countActor: () =>
        new Promise((resolve) => {
          count = resolve
        }),
    })
    const running = run()
    await new Promise(setImmediate)
    expect(answer).not.toHaveBeenCalled()
    count()
    await running
    expect(answer).toHaveBeenCalledTimes(1)
  })
  const refusal = new UnexplainedRefusal({ call: 'challenge', username: 'alice', cause: new Error('no reason') })
  test.each<[string, Parameters<typeof setUp>[0], Code]>([
    ['before an unknown subject', { challenge: () => Promise.reject(errorOf('SubjectNotFound')) }, 'ActorLimit'],
    [
      'before a refused subject, and asks nothing about them',
      { challenge: () => Promise.reject(refusal) },
      'ActorLimit',
    ],
    ['after the actor’s right', { groupsOf: async () => [] }, 'ActorNotAllowed'],
    ['after the actor’s right, if it is unknown', { isActive: () => Promise.reject(errorOf('Fault')) }, 'Fault'],
    ['after the record', { put: () => Promise.reject(errorOf('Unavailable')) }, 'Unavailable'],
    ['after unfit tokens', { challenge: async () => ({ tokens: tokensFor('none') }) }, 'TokensUnfit'],
  ])('is reported %s', async (_, options, code) => {
    const { run, answer, whyRefused } = setUp({ ...options, countActor: limited })
    await expect(run()).rejects.toMatchObject({ code })
    for (const unused of [answer, whyRefused]) expect(unused).not.toHaveBeenCalled()
  })
})

test('without a ticket, tokens from the first call are revoked even if the record cannot be written', async () => {
  const { run, revoke, answer } = setUpFor('without a ticket', {
    put: () => Promise.reject(errorOf('Unavailable')),
    challenge: async () => ({ tokens: tokensFor('none') }),
  })
  await expect(run()).rejects.toMatchObject({ code: 'Unavailable' })
  expect(revoke.mock.calls).toEqual([['refresh-token']])
  expect(answer).not.toHaveBeenCalled()
})

describe('without a ticket, with mayActAs,', () => {
  const environment = { MAY_ACT_AS: JSON.stringify({ 'support-emea': ['customers-emea'] }) }
  test.each([[['impersonators']], [['customers-emea']], [['*']], [[]]])(
    'refuses a token without an actors’ group before any call: %j',
    async (groups) => {
      const { run, put, challenge, groupsOf } = setUpFor('without a ticket', { actor: { groups }, environment })
      await expect(run()).rejects.toMatchObject({ code: 'ActorNotAllowed' })
      for (const untouched of [put, challenge, groupsOf]) expect(untouched).not.toHaveBeenCalled()
    },
  )
  test('writes the record first, and then whom the actor may act as', async () => {
    let write = () => {}
    const { run, allow } = setUpFor('without a ticket', {
      actor: { groups: ['support-emea'] },
      environment,
      put: () => new Promise<void>((resolve) => (write = resolve)),
    })
    const running = run()
    await new Promise(setImmediate)
    expect(allow).not.toHaveBeenCalled()
    write()
    await running
    expect(allow).toHaveBeenCalledTimes(1)
  })
  test('does not write it if the record cannot be written', async () => {
    const { run, allow } = setUpFor('without a ticket', {
      actor: { groups: ['support-emea'] },
      environment,
      put: () => Promise.reject(errorOf('Unavailable')),
    })
    await expect(run()).rejects.toMatchObject({ code: 'Unavailable' })
    expect(allow).not.toHaveBeenCalled()
  })
})

describe.each(ways)('%s,', (way) => {
  const setUp = (options: Parameters<typeof setUpFor>[1] = {}) => setUpFor(way, options)

  test('uses a new grant for each request', async () => {
    const { run, put } = setUp()
    await run()
    await run()
    const [first, second] = put.mock.calls.map(([record]) => record)
    expect(first?.id).not.toBe(second?.id)
    expect(first?.grantHash).not.toBe(second?.grantHash)
  })

  describe('no token without a record', () => {
    test('fails with the record’s error if the record cannot be written', async () => {
      const { run, answer } = setUp({
        put: () => Promise.reject(errorOf('Unavailable')),
        challenge: () => Promise.reject(errorOf('SubjectNotFound')),
      })
      await expect(run()).rejects.toMatchObject({ code: 'Unavailable' })
      expect(answer).not.toHaveBeenCalled()
    })
    test('answers the challenge only after the record is written', async () => {
      let write = () => {}
      const { run, answer } = setUp({
        put: () =>
          new Promise((resolve) => {
            write = resolve
          }),
      })
      const running = run()
      await new Promise(setImmediate)
      expect(answer).not.toHaveBeenCalled()
      write()
      await running
      expect(answer).toHaveBeenCalledTimes(1)
    })
  })

  describe('the actor’s right at Cognito', () => {
    test('refuses an actor who left the group, and does not reveal the subject’s state', async () => {
      const { run, answer, refuse, put } = setUp({
        groupsOf: async () => [],
        challenge: () => Promise.reject(errorOf('SubjectNotFound')),
      })
      await expect(run()).rejects.toMatchObject({ code: 'ActorNotAllowed', impersonationId: expect.any(String) })
      expect(answer).not.toHaveBeenCalled()
      expect(refuse.mock.calls).toEqual([[recordOf(put).id, 'ActorNotAllowed', undefined]])
    })
    test('refuses an actor who is no longer active', async () => {
      const { run, answer, isActive } = setUp({ isActive: async () => false })
      await expect(run()).rejects.toMatchObject({ code: 'ActorNotAllowed' })
      expect(isActive).toHaveBeenCalledWith(
        expect.objectContaining({ username: 'olivia', sub: olivia.sub }),
        expect.anything(),
      )
      expect(answer).not.toHaveBeenCalled()
    })
    test.each<[string, Parameters<typeof setUp>[0]]>([
      ['is false', { groupsOf: async () => [] }],
      ['is false of the user', { isActive: async () => false }],
      ['is unknown', { groupsOf: () => Promise.reject(errorOf('Unavailable')) }],
    ])('if it %s, does not wait for the subject’s sign-in: its time would tell who exists', async (_, options) => {
      const challenge: UserPool['challenge'] = (_username, _context, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(errorOf('Unavailable'))))
      const { run, refuse } = setUp({ ...options, challenge })
      const outcome = run().catch(({ code }) => code)
      expect(await Promise.race([outcome, sleep(500, 'still waiting')])).toMatch(/ActorNotAllowed|Unavailable/)
      expect(refuse).toHaveBeenCalledTimes(1)
    })
    test.each(['groupsOf', 'isActive'])('refuses if %s fails', async (lookUp) => {
      const { run, answer } = setUp({ [lookUp]: () => Promise.reject(errorOf('Unavailable')) })
      await expect(run()).rejects.toMatchObject({ code: 'Unavailable' })
      expect(answer).not.toHaveBeenCalled()
    })
    test('is not looked up if the setting is off', async () => {
      const { run, groupsOf, isActive } = setUp({
        environment: { LOOK_UP_GROUP: 'false' },
        groupsOf: async () => [],
      })
      await run()
      expect(groupsOf).not.toHaveBeenCalled()
      expect(isActive).not.toHaveBeenCalled()
    })
  })

  describe('with mayActAs', () => {
    const mayActAs = {
      impersonators: ['*'],
      'support-emea': ['customers-emea'],
      'support-us': ['customers-us', 'customers-emea'],
    }
    /** An actor whose token names `claimed`, and who is in `groups` at Cognito. */
    const setUpActor = (
      { claimed, groups }: { claimed: string[]; groups: string[] },
      options: Parameters<typeof setUp>[0] = {},
    ) =>
      setUp({
        actor: { groups: claimed },
        groupsOf: async ({ among }) => groups.filter((name) => among.includes(name)),
        ...options,
        environment: { MAY_ACT_AS: JSON.stringify(mayActAs), ...options.environment },
      })
    const emea = { claimed: ['support-emea'], groups: ['support-emea'] }

    test.each<[string, { claimed: string[]; groups: string[] }, object]>([
      ['one group', emea, { everyone: false, groups: ['customers-emea'] }],
      [
        'two groups',
        { claimed: ['support-emea', 'support-us'], groups: ['support-emea', 'support-us'] },
        { everyone: false, groups: ['customers-emea', 'customers-us'] },
      ],
      [
        'two groups in the token, of which Cognito confirms one',
        { claimed: ['impersonators', 'support-emea'], groups: ['support-emea', 'gold'] },
        { everyone: false, groups: ['customers-emea'] },
      ],
      [
        'one group in the token, and another at Cognito',
        { claimed: ['support-emea'], groups: ['support-us'] },
        { everyone: false, groups: ['customers-us', 'customers-emea'] },
      ],
      ['a group with *', { claimed: ['impersonators'], groups: ['impersonators'] }, { everyone: true, groups: [] }],
    ])('records whom an actor in %s may act as', async (_, actor, allowed) => {
      const { run, put, allow, answer, groupsOf } = setUpActor(actor)
      await run()
      const { id, grantHash: hash } = recordOf(put)
      expect(allow.mock.calls).toEqual([[{ grant: expect.objectContaining({ id, hash }), allowed }]])
      expect(groupsOf.mock.calls).toEqual([[{ username: 'olivia', among: Object.keys(mayActAs) }, expect.anything()]])
      expect(answer).toHaveBeenCalledTimes(1)
    })
    test('looks the groups up even if lookUpGroup is off', async () => {
      const { run, allow } = setUpActor(emea, { environment: { LOOK_UP_GROUP: 'false' } })
      await run()
      const allowed = { everyone: false, groups: ['customers-emea'] }
      expect(allow.mock.calls).toEqual([[expect.objectContaining({ allowed })]])
    })
    test.each([[[]], [['gold']], [['*']]])(
      'refuses an actor who is in no actors’ group at Cognito: %j',
      async (groups) => {
        const { run, allow, answer } = setUpActor({ claimed: ['support-emea'], groups })
        await expect(run()).rejects.toMatchObject({ code: 'ActorNotAllowed' })
        for (const unused of [allow, answer]) expect(unused).not.toHaveBeenCalled()
      },
    )
    test.each<[string, Parameters<typeof setUp>[0], Code]>([
      ['fails', { allow: () => Promise.reject(errorOf('Unavailable')) }, 'Unavailable'],
      ['is refused by the record', { allow: async () => false }, 'Unavailable'],
      [
        'is refused because somebody ended the impersonation',
        { allow: async () => false, read: { state: 'ended' } },
        'ImpersonationEnded',
      ],
    ])('does not answer the challenge if the write %s', async (_, options, code) => {
      const { run, answer } = setUpActor(emea, options)
      await expect(run()).rejects.toMatchObject({ code, impersonationId: expect.any(String) })
      expect(answer).not.toHaveBeenCalled()
    })
    test('does not answer the challenge before the write has succeeded', async () => {
      let write: (written: boolean) => void = () => {}
      const { run, answer } = setUpActor(emea, { allow: () => new Promise((resolve) => (write = resolve)) })
      const running = run()
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      expect(answer).not.toHaveBeenCalled()
      write(true)
      await running
      expect(answer).toHaveBeenCalledTimes(1)
    })
    test('writes while the subject’s sign-in starts', async () => {
      let start: (challenge: typeof challenged) => void = () => {}
      const { run, allow } = setUpActor(emea, { challenge: () => new Promise((resolve) => (start = resolve)) })
      const running = run()
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      expect(allow).toHaveBeenCalledTimes(1)
      start(challenged)
      await running
    })
  })

  test('ends the subject’s sign-in when the request takes too long', async () => {
    let abortedWithRequest = false
    const { run } = setUp({
      challenge: async (_username, _context, signal) => {
        abortedWithRequest = signal.aborted
        return challenged
      },
    })
    await run(AbortSignal.abort())
    expect(abortedWithRequest).toBe(true)
  })

  describe('a subject who cannot sign in', () => {
    test.each<Code>(['SubjectNotFound', 'SubjectDisabled', 'SubjectChallenged', 'TooManyRequests'])(
      'is refused, and the record has the code: %s',
      async (code) => {
        const { run, put, answer, refuse, read } = setUp({ challenge: () => Promise.reject(errorOf(code)) })
        await expect(run()).rejects.toMatchObject({ code })
        expect(answer).not.toHaveBeenCalled()
        expect(read).not.toHaveBeenCalled()
        expect(refuse.mock.calls).toEqual([[recordOf(put).id, code, undefined]])
      },
    )
  })

  test('a refused subject whom Cognito knows is recorded', async () => {
    const subject = { sub: 'sub-of-alice', username: 'alice' }
    const cause = new Error('no reason')
    const { run, put, refuse } = setUp({
      challenge: () => Promise.reject(new UnexplainedRefusal({ call: 'challenge', username: 'alice', cause })),
      whyRefused: async () => Object.assign(errorOf('SubjectDisabled'), { subject }),
    })
    await expect(run()).rejects.toMatchObject({ code: 'SubjectDisabled' })
    expect(refuse.mock.calls).toEqual([[recordOf(put).id, 'SubjectDisabled', subject]])
  })

  describe('finds out why a subject was refused', () => {
    const challenge = () => Promise.reject(refusal)
    const refusal = new UnexplainedRefusal({ call: 'challenge', username: 'alice', cause: new Error('no reason') })
    test('after the actor’s right is confirmed', async () => {
      const { run, put, whyRefused, refuse } = setUp({ challenge })
      await expect(run()).rejects.toMatchObject({ code: 'SubjectDisabled', impersonationId: expect.any(String) })
      expect(whyRefused.mock.calls).toEqual([[refusal, expect.any(AbortSignal)]])
      expect(refuse.mock.calls).toEqual([[recordOf(put).id, 'SubjectDisabled']])
    })
    test.each<[string, Parameters<typeof setUp>[0], Code]>([
      ['an actor who left the group', { groupsOf: async () => [] }, 'ActorNotAllowed'],
      ['an actor who is not active', { isActive: async () => false }, 'ActorNotAllowed'],
      ['an actor whose group is unknown', { groupsOf: () => Promise.reject(errorOf('Unavailable')) }, 'Unavailable'],
      ['an actor whose state is unknown', { isActive: () => Promise.reject(errorOf('Unavailable')) }, 'Unavailable'],
      ['a request without a record', { put: () => Promise.reject(errorOf('Unavailable')) }, 'Unavailable'],
    ])('but not for %s', async (_, options, code) => {
      const { run, whyRefused } = setUp({ ...options, challenge })
      await expect(run()).rejects.toMatchObject({ code })
      expect(whyRefused).not.toHaveBeenCalled()
    })
    test('also after a refused answer, and then reads the record', async () => {
      const { run } = setUp({
        answer: challenge,
        whyRefused: async () => errorOf('Unavailable'),
        read: { state: 'refused', code: 'SubjectProtected' },
      })
      await expect(run()).rejects.toMatchObject({ code: 'SubjectProtected' })
    })
  })

  describe('reads a trigger’s refusal from the record', () => {
    const answer = () => Promise.reject(errorOf('TriggerRefused'))
    test.each<[string, Partial<ImpersonationRecord> | undefined, Code]>([
      ['a protected subject', { state: 'refused', code: 'SubjectProtected' }, 'SubjectProtected'],
      ['the actor as subject', { state: 'redeemed', subjectSub: olivia.sub }, 'SubjectIsActor'],
      ['another subject', { state: 'redeemed', subjectSub: 'sub-of-alice' }, 'TriggerRefused'],
      ['an impersonation that was ended', { state: 'ended', subjectSub: 'sub-of-alice' }, 'ImpersonationEnded'],
      ['the actor as subject, ended', { state: 'ended', subjectSub: olivia.sub }, 'ImpersonationEnded'],
      ['a trigger that ran after ours', { state: 'issued', subjectSub: 'sub-of-alice' }, 'SubjectRefused'],
      ['a grant not yet redeemed', { state: 'requested' }, 'TriggerRefused'],
      ['a code in another state', { state: 'requested', code: 'SubjectProtected' }, 'TriggerRefused'],
      ['an unknown code', { state: 'refused', code: 'toString' }, 'TriggerRefused'],
      ['no record', undefined, 'TriggerRefused'],
    ])('%s', async (_, read, code) => {
      const { run, put, refuse, log } = setUp({ answer, ...(read && { read }) })
      const { id } = await run().catch(({ impersonationId }) => ({ id: impersonationId }))
      expect(id).toBe(recordOf(put).id)
      expect(refuse.mock.calls).toEqual([[id, code]])
      await expect(run()).rejects.toMatchObject({ code })
      expect(log).not.toHaveBeenCalled()
    })
    test.each<[Code, Partial<ImpersonationRecord>, Code]>([
      ['Unavailable', { state: 'refused', code: 'SubjectProtected' }, 'SubjectProtected'],
      ['Fault', { state: 'refused', code: 'SubjectProtected' }, 'SubjectProtected'],
      ['TriggerRefused', { state: 'redeemed', subjectSub: olivia.sub }, 'SubjectIsActor'],
      ['Unavailable', { state: 'ended' }, 'ImpersonationEnded'],
    ])('if Cognito reports %s, and keeps the report as the cause', async (reported, read, code) => {
      const { run } = setUp({ answer: () => Promise.reject(errorOf(reported)), read })
      await expect(run()).rejects.toMatchObject({ code, cause: expect.objectContaining({ code: reported }) })
    })
    test.each<Code>(['Unavailable', 'Fault'])('keeps %s if our triggers accepted the sign-in', async (code) => {
      const { run } = setUp({ answer: () => Promise.reject(errorOf(code)), read: { state: 'issued' } })
      await expect(run()).rejects.toMatchObject({ code })
    })
    test('keeps a refusal of the subject, even if the impersonation is ended', async () => {
      const { run, read } = setUp({
        answer: () => Promise.reject(errorOf('SubjectDisabled')),
        read: { state: 'ended' },
      })
      await expect(run()).rejects.toMatchObject({ code: 'SubjectDisabled' })
      expect(read).not.toHaveBeenCalled()
    })
    test('keeps the refusal if the record cannot be read', async () => {
      const { run, log } = setUp({ answer, read: new Error('down') })
      await expect(run()).rejects.toMatchObject({ code: 'TriggerRefused' })
      expect(log).toHaveBeenCalledWith('read', expect.any(String), new Error('down'))
    })
  })

  describe('unfit tokens', () => {
    test.each<[string, Parameters<typeof setUp>[0], string]>([
      ['from the second call', { answer: async (_, { id }) => tokensFor(id, { act: undefined }) }, 'unfit tokens: act'],
      [
        'from the first call',
        { challenge: async () => ({ tokens: tokensFor('none') }) },
        'Cognito issued tokens without a challenge',
      ],
    ])('%s are dropped, revoked and recorded as discarded', async (_, options, message) => {
      const { run, put, revoke, discard, refuse, read } = setUp(options)
      await expect(run()).rejects.toMatchObject({ code: 'TokensUnfit', status: 500, message })
      expect(revoke.mock.calls).toEqual([['refresh-token']])
      expect(discard.mock.calls).toEqual([[recordOf(put).id, 'TokensUnfit']])
      for (const unused of [refuse, read]) expect(unused).not.toHaveBeenCalled()
    })
    test.each<[string, Parameters<typeof setUp>[0], string]>([
      ['the actor’s right is gone', { groupsOf: async () => [] }, 'TokensUnfit'],
    ])('from the first call are revoked even if %s', async (_, options, code) => {
      const { run, revoke, answer } = setUp({ ...options, challenge: async () => ({ tokens: tokensFor('none') }) })
      await expect(run()).rejects.toMatchObject({ code })
      expect(revoke.mock.calls).toEqual([['refresh-token']])
      expect(answer).not.toHaveBeenCalled()
    })
    test('are dropped and recorded even if they cannot be revoked', async () => {
      const { run, log, discard, revoke } = setUp({ answer: async (_, { id }) => tokensFor(id, { act: undefined }) })
      revoke.mockRejectedValue(new Error('down'))
      await expect(run()).rejects.toMatchObject({ code: 'TokensUnfit' })
      expect(log).toHaveBeenCalledWith('revoke', expect.any(String), new Error('down'))
      expect(discard).toHaveBeenCalledTimes(1)
    })
    test('are dropped and recorded even without a refresh token', async () => {
      const { run, revoke, discard } = setUp({ answer: async (_, { id }) => ({ IdToken: tokensFor(id).IdToken }) })
      await expect(run()).rejects.toMatchObject({ code: 'TokensUnfit' })
      expect(revoke).not.toHaveBeenCalled()
      expect(discard).toHaveBeenCalledTimes(1)
    })
  })

  test('logs a record that cannot be marked as discarded, and keeps the response', async () => {
    const down = new Error('down')
    const { run, log, put, discard } = setUp({ answer: async (_, { id }) => tokensFor(id, { act: undefined }) })
    discard.mockRejectedValue(down)
    await expect(run()).rejects.toMatchObject({ code: 'TokensUnfit' })
    expect(log.mock.calls).toEqual([['discard', recordOf(put).id, down]])
  })
  test('logs a record that cannot be marked as refused, and keeps the response', async () => {
    const down = new Error('down')
    const { run, log, put } = setUp({
      challenge: () => Promise.reject(errorOf('SubjectNotFound')),
      refuse: () => Promise.reject(down),
    })
    await expect(run()).rejects.toMatchObject({ code: 'SubjectNotFound' })
    expect(log.mock.calls).toEqual([['refuse', recordOf(put).id, down]])
  })
  test('turns an unexpected error into a fault', async () => {
    const { run } = setUp({ answer: () => Promise.reject(new TypeError('bug')) })
    await expect(run()).rejects.toMatchObject({ code: 'Fault', status: 500 })
  })
})
