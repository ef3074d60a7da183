// Which tokens are active. Real tokens and a real verifier.

import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { claimsOf, id, key, liveRecord, setUp, type TokenUse, tokenOf } from '../../support/introspection.ts'
import { publishKeys } from '../../support/jwks.ts'
import { encode, issuer, newKey, signToken } from '../../support/tokens.ts'

const published = await publishKeys([key])
afterAll(published.close)

let world: ReturnType<typeof setUp>
beforeEach(() => {
  world = setUp(published.url)
})

const uses: TokenUse[] = ['id', 'access']
const inactive = { active: false }
const introspect = async (token: string) => (await world.introspect(token)).response
const allCalls = ['read', 'groupsOf olivia', 'isActive olivia', 'isEnabled alice']

describe('an active token', () => {
  const common = {
    active: true,
    iss: issuer,
    sub: 'sub-of-alice',
    client_id: 'ours',
    username: 'alice',
    act: { sub: 'sub-of-olivia' },
    impersonation_id: id,
  }
  test('of class access has the fields of RFC 7662, and its scope', async () => {
    const claims = claimsOf.access({ scope: 'orders/read' })
    expect(await world.introspect(signToken(key, claims))).toEqual({
      response: { ...common, token_type: 'Bearer', exp: claims.exp, iat: claims.iat, scope: 'orders/read' },
      impersonationId: id,
    })
    expect(await introspect(tokenOf('access'))).not.toHaveProperty('scope')
  })
  test('of class ID has them, and no scope', async () => {
    const claims = claimsOf.id({ scope: 'orders/read' })
    expect(await introspect(signToken(key, claims))).toEqual({
      ...common,
      token_type: 'N_A',
      exp: claims.exp,
      iat: claims.iat,
    })
  })
  test('may have the issuer that AWS calls updated', async () => {
    const iss = issuer.replace('cognito-idp', 'issuer-cognito-idp')
    expect(await introspect(tokenOf('access', { iss }))).toMatchObject({ active: true, iss })
  })
  test('takes one read and three look-ups, the read first', async () => {
    await introspect(tokenOf('access'))
    expect(world.calls).toEqual(allCalls)
  })
})

describe.each(uses)('an %s token is inactive without a read:', (use) => {
  const hour = 3_600
  const now = Math.floor(Date.now() / 1000)
  test.each<[string, () => string]>([
    ['an unpublished key', () => signToken(newKey(), claimsOf[use]())],
    ['another key of the same id', () => signToken(newKey(key.kid), claimsOf[use]())],
    [
      'a changed payload',
      () => tokenOf(use).replace(/\.[^.]+\./, `.${encode(claimsOf[use]({ exp: now + 9 * hour }))}.`),
    ],
    ['no signature', () => tokenOf(use).replace(/\.[^.]+$/, '.')],
    ['alg none', () => `${encode({ kid: key.kid, alg: 'none' })}.${encode(claimsOf[use]())}.AA`],
    ['another issuer', () => tokenOf(use, { iss: `${issuer}x` })],
    ['an issuer of another pool', () => tokenOf(use, { iss: issuer.replace('TestPool1', 'Other0000') })],
    ['no issuer', () => tokenOf(use, { iss: undefined })],
    ['it is expired', () => tokenOf(use, { exp: now - 1 })],
    ['it never expires', () => tokenOf(use, { exp: undefined })],
    ['no time of issue', () => tokenOf(use, { iat: undefined })],
    ['it is not valid yet', () => tokenOf(use, { nbf: now + hour })],
    ['another class', () => tokenOf(use, { token_use: 'refresh' })],
    ['no class', () => tokenOf(use, { token_use: undefined })],
    ['the other class, whose client claim it lacks', () => tokenOf(use, { token_use: use === 'id' ? 'access' : 'id' })],
    ['another client', () => tokenOf(use, { [use === 'id' ? 'aud' : 'client_id']: 'actors' })],
    ['two clients', () => tokenOf(use, { [use === 'id' ? 'aud' : 'client_id']: ['ours', 'actors'] })],
    ['no client', () => tokenOf(use, { [use === 'id' ? 'aud' : 'client_id']: undefined })],
    ['no act', () => tokenOf(use, { act: undefined })],
    ['act null', () => tokenOf(use, { act: null })],
    ['act as text', () => tokenOf(use, { act: 'sub-of-olivia' })],
    ['act without sub', () => tokenOf(use, { act: {} })],
    ['an empty act.sub', () => tokenOf(use, { act: { sub: '' } })],
    ['no impersonation_id', () => tokenOf(use, { impersonation_id: undefined })],
    ['an impersonation_id of another item', () => tokenOf(use, { impersonation_id: 'actor#sub-of-olivia#1' })],
    ['a list of impersonation_ids', () => tokenOf(use, { impersonation_id: [id] })],
    ['no sub', () => tokenOf(use, { sub: undefined })],
    ['no username', () => tokenOf(use, { username: undefined, 'cognito:username': undefined })],
    [
      'an ordinary token',
      () => tokenOf(use, { act: undefined, impersonation_id: undefined, aud: 'app', client_id: 'app' }),
    ],
    ['no token', () => 'x'],
    ['three empty parts', () => '..'],
    ['JSON that is no object', () => `${encode([])}.${encode([])}.AA`],
    ['a token with a blank', () => `${tokenOf(use)} `],
    ['two tokens in one', () => `${tokenOf(use)},${tokenOf(use)}`],
  ])('%s', async (_, token) => {
    expect(await world.introspect(token())).toEqual({ response: inactive })
    expect(world.calls).toEqual([])
  })
})

describe('a genuine token is inactive without a look-up:', () => {
  test.each<[string, object | undefined]>([
    ['no record', undefined],
    ['an ended one', { state: 'ended' }],
    ['a discarded one', { state: 'discarded' }],
    ['a refused one', { state: 'refused' }],
    ['a redeemed one', { state: 'redeemed' }],
    ['a requested one', { state: 'requested' }],
    ['an item that is no impersonation', { state: undefined }],
    ['one that has ended by itself', { endsAt: Date.now() - 1 }],
    ['one without an end', { endsAt: undefined }],
    ['another subject', { subjectSub: 'sub-of-bob' }],
    ['no subject', { subjectSub: undefined }],
    ['no username of the subject', { subjectUsername: undefined }],
    ['another actor', { actorSub: 'sub-of-oscar' }],
    ['another client', { clientId: 'an-older-client' }],
  ])('%s', async (_, changes) => {
    if (changes) world.records.set(id, { ...liveRecord(), ...changes } as never)
    else world.records.clear()
    for (const use of uses)
      expect(await world.introspect(tokenOf(use))).toEqual({ response: inactive, impersonationId: id })
    expect(world.calls).toEqual(['read', 'read'])
  })
})

describe('a token of a live record is inactive:', () => {
  test.each<[string, 'olivia' | 'alice', object | undefined]>([
    ['the actor left the group', 'olivia', { groups: [] }],
    ['the actor is disabled, or must reset the password', 'olivia', { active: false }],
    ['the actor’s name belongs to another user', 'olivia', { sub: 'sub-of-another' }],
    ['the actor is deleted', 'olivia', undefined],
    ['the subject is disabled', 'alice', { enabled: false }],
    ['the subject’s name belongs to another user', 'alice', { sub: 'sub-of-another' }],
    ['the subject is deleted', 'alice', undefined],
  ])('%s', async (_, name, changes) => {
    if (changes) Object.assign(world.people[name] ?? {}, changes)
    else delete world.people[name]
    for (const use of uses) expect(await introspect(tokenOf(use))).toEqual(inactive)
  })

  test('with lookUpGroup off, the group is not asked for, and a disabled actor is still inactive', async () => {
    world = setUp(published.url, { LOOK_UP_GROUP: 'false' })
    Object.assign(world.people.olivia ?? {}, { groups: [] })
    expect(await introspect(tokenOf('access'))).toMatchObject({ active: true })
    expect(world.calls).toEqual(['read', 'isActive olivia', 'isEnabled alice'])
    Object.assign(world.people.olivia ?? {}, { active: false })
    world.state.later = 30_000
    expect(await introspect(tokenOf('access'))).toEqual(inactive)
  })
})

describe('with mayActAs, a session', () => {
  const mayActAs = {
    impersonators: ['*'],
    'support-emea': ['customers-emea'],
    'support-us': ['customers-us', 'customers-emea'],
  }
  const settings = { MAY_ACT_AS: JSON.stringify(mayActAs) }
  /** olivia's session by `matchedGroups`; she is in `groups` now. */
  async function introspectBy(matchedGroups: string[] | undefined, groups: string[], environment = {}) {
    world = setUp(published.url, { ...settings, ...environment })
    world.records.set(id, { ...liveRecord(), ...(matchedGroups && { matchedGroups }) })
    Object.assign(world.people.olivia ?? {}, { groups })
    return introspect(tokenOf('access'))
  }
  test.each<[string, string[] | undefined, string[], boolean]>([
    ['of an allowed group', ['customers-emea'], ['support-emea'], true],
    ['of one of two matched groups', ['customers-us', 'customers-emea'], ['support-emea'], true],
    ['of an actor who moved to a group that allows the same', ['customers-emea'], ['support-us'], true],
    ['of an actor who may act as everyone now', ['customers-emea'], ['impersonators'], true],
    ['of an actor who may act as everyone, as before', [], ['impersonators'], true],
    ['of an actor who moved to a group that does not allow it', ['customers-us'], ['support-emea'], false],
    ['of an actor who could act as everyone, and now as some', [], ['support-us'], false],
    ['of an actor who left the actors’ groups', ['customers-emea'], ['gold'], false],
    ['without the matched groups, from before the setting', undefined, ['support-emea'], false],
    ['without the matched groups, of an actor who may act as everyone', undefined, ['impersonators'], true],
  ])('%s: %j, and the actor is in %j: active %s', async (_, matchedGroups, groups, active) => {
    expect(await introspectBy(matchedGroups, groups)).toMatchObject({ active })
  })
  test('is looked up even if lookUpGroup is off', async () => {
    expect(await introspectBy(['customers-us'], ['support-emea'], { LOOK_UP_GROUP: 'false' })).toEqual(inactive)
  })
  test('is inactive within 30 s after the actor moved, and active 5 s after that is undone', async () => {
    expect(await introspectBy(['customers-us'], ['support-us'])).toMatchObject({ active: true })
    Object.assign(world.people.olivia ?? {}, { groups: ['support-emea'] })
    world.state.later = 30_000
    expect(await introspect(tokenOf('access'))).toEqual(inactive)
    Object.assign(world.people.olivia ?? {}, { groups: ['support-us'] })
    world.state.later = 35_000
    expect(await introspect(tokenOf('access'))).toMatchObject({ active: true })
  })
  test('does not share the memory of the same actor’s session by another group', async () => {
    expect(await introspectBy(['customers-emea'], ['support-emea'])).toMatchObject({ active: true })
    const other = '0f3d8a52-6b1e-4c57-8d9a-2f4e6a7b8c9d'
    world.records.set(other, { ...liveRecord(), matchedGroups: ['customers-us'] })
    expect(await introspect(tokenOf('access', { impersonation_id: other }))).toEqual(inactive)
    expect(await introspect(tokenOf('access'))).toMatchObject({ active: true })
  })
})

describe('look-ups', () => {
  const withdraw = () => Object.assign(world.people.olivia ?? {}, { groups: [] })

  test('are remembered for less than 30 s. The record is read every time', async () => {
    await introspect(tokenOf('access'))
    withdraw()
    world.calls.length = 0
    world.state.later = 29_999
    expect(await introspect(tokenOf('id'))).toMatchObject({ active: true })
    expect(world.calls).toEqual(['read'])
    world.state.later = 30_000
    expect(await introspect(tokenOf('access'))).toEqual(inactive)
  })
  test('are as old as the start of the call', async () => {
    const gate = Promise.withResolvers<void>()
    world.state.gate = gate.promise
    const slow = introspect(tokenOf('access'))
    while (world.calls.length < allCalls.length) await new Promise(setImmediate)
    world.state.later = 20_000
    gate.resolve()
    expect(await slow).toMatchObject({ active: true })
    withdraw()
    world.state.later = 30_000
    expect(await introspect(tokenOf('access'))).toEqual(inactive)
  })
  test('are shared by concurrent requests, also of other sessions of the same people', async () => {
    const other = '0f3d8a52-6b1e-4c57-8d9a-2f4e6a7b8c9d'
    world.records.set(other, liveRecord())
    const tokens = [tokenOf('access'), tokenOf('id'), tokenOf('access', { impersonation_id: other })]
    const answers = await Promise.all(Array.from({ length: 99 }, (_, n) => introspect(tokens[n % 3] ?? '')))
    expect(answers.every(({ active }) => active)).toBe(true)
    expect(world.calls.filter((call) => call !== 'read')).toEqual(allCalls.slice(1))
    expect(world.calls.filter((call) => call === 'read')).toHaveLength(99)
  })
  test('of the same user as actor and as subject differ', async () => {
    // olivia may act, and is a subject who is disabled for oscar's session.
    const other = '0f3d8a52-6b1e-4c57-8d9a-2f4e6a7b8c9d'
    const oscar = { actorSub: 'sub-of-oscar', actorUsername: 'oscar' }
    world.people.oscar = { sub: 'sub-of-oscar', groups: ['impersonators'], active: true, enabled: true }
    world.records.set(other, { ...liveRecord(), ...oscar, subjectSub: 'sub-of-olivia', subjectUsername: 'olivia' })
    Object.assign(world.people.olivia ?? {}, { enabled: false })
    expect(await introspect(tokenOf('access'))).toMatchObject({ active: true })
    const session = { sub: 'sub-of-olivia', act: { sub: 'sub-of-oscar' }, impersonation_id: other }
    expect(await introspect(tokenOf('access', session))).toEqual(inactive)
  })
  test('that refuse are remembered for 5 s, so that a refused session does not use up Cognito’s quota', async () => {
    withdraw()
    for (let n = 0; n < 50; n++) expect(await introspect(tokenOf('access'))).toEqual(inactive)
    expect(world.calls.filter((call) => call === 'groupsOf olivia')).toHaveLength(1)
    Object.assign(world.people.olivia ?? {}, { groups: ['impersonators'] })
    world.state.later = 5_000
    expect(await introspect(tokenOf('access'))).toMatchObject({ active: true })
  })
})

describe('throws, and gives no answer, if', () => {
  test('the keys cannot be fetched', async () => {
    world = setUp('http://127.0.0.1:1')
    await expect(world.introspect(tokenOf('access'))).rejects.toMatchObject({ code: 'Unavailable' })
    expect(world.calls).toEqual([])
  })
  test('the record cannot be read', async () => {
    Object.defineProperty(world.records, 'get', { value: () => Promise.reject(new Error('down')) })
    await expect(world.introspect(tokenOf('access'))).rejects.toMatchObject({ status: 500, impersonationId: id })
  })
  test('a look-up fails. The next request repeats it', async () => {
    world.state.gate = Promise.reject(Object.assign(new Error('down')))
    world.state.gate.catch(() => {})
    await expect(world.introspect(tokenOf('access'))).rejects.toMatchObject({ status: 500, impersonationId: id })
    world.state.gate = Promise.resolve()
    expect(await introspect(tokenOf('access'))).toMatchObject({ active: true })
  })
})
