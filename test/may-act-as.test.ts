// Who may act as whom (the setting mayActAs), on a local run, by HTTP.

import {
  AdminAddUserToGroupCommand,
  AdminRemoveUserFromGroupCommand,
  CreateGroupCommand,
  DeleteGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { addPeople } from '../infra/local/people/add-people.ts'
import type { Person as LocalPerson } from '../infra/local/people/person.ts'
import type { ImpersonationRecord } from '../lambda/records-schema.ts'
import type { Person } from './acceptance/people.ts'
import { becomeInsider } from './attacks/insider.ts'
import { sharedAssembly } from './support/assembly.ts'
import { startDeployment } from './support/deployment.ts'
import { type Way, ways } from './support/ways.ts'

const mayActAs = {
  impersonators: ['*'],
  'support-emea': ['customers-emea'],
  'support-us': ['customers-us'],
  // One test each renames these two.
  'support-apac': ['customers-apac'],
  'support-latam': ['customers-latam'],
}
const assembly = await sharedAssembly({ mayActAs })
const password = 'Staff-Local-1!'
const people: LocalPerson[] = [
  { username: 'emma', password, groups: ['support-emea'] },
  { username: 'sam', password, groups: ['support-us', 'support-emea'] },
  { username: 'stella', password, groups: ['*'] },
  { username: 'erik', groups: ['newsletter', 'customers-emea'] },
  { username: 'uma', groups: ['customers-us'] },
  { username: 'vera', groups: ['customers-emea', 'admins'] },
  { username: 'stan', groups: ['*'] },
  { username: 'nora' },
]

/** The tests share it, and change only what is their own. */
let deployment: Awaited<ReturnType<typeof startDeployment>>
beforeAll(async () => {
  deployment = await startDeployment({ assembly, people })
})
afterAll(() => deployment?.close())

/** Adds a person for one test. @returns the username */
function add(name: string, groups: string[]): string {
  const username = name.replaceAll(' ', '-')
  addPeople(deployment.pool, [{ username, password, groups }], { now: Date.now(), report: () => {} })
  return username
}

const tokenOf = async (actor: string) =>
  actor === 'olivia' ? deployment.olivia : (await deployment.signIn(actor as Person, password)).IdToken

/** @returns the status and the code of the answer, and the record. */
async function act(way: Way, { actor, subject, token }: { actor?: string; subject: string; token?: string }) {
  const answer = await deployment.impersonateBy(way, subject, token ?? (await tokenOf(actor ?? '')))
  const { headers } = answer
  const record = await deployment.record(headers.get('impersonation-id'))
  return { outcome: [answer.status, headers.get('impersonation-error')], record, body: answer.body }
}
const allowed = [200, null]
const notAllowed = [403, 'SubjectNotAllowed']
const user = (Username: string) => ({ UserPoolId: deployment.outputs.UserPoolId, Username })
async function move(username: string, { from, to }: { from: string; to?: string }) {
  await deployment.cognito.send(new AdminRemoveUserFromGroupCommand({ ...user(username), GroupName: from }))
  if (to) await deployment.cognito.send(new AdminAddUserToGroupCommand({ ...user(username), GroupName: to }))
}

describe.each(ways)('%s,', (way) => {
  test('a member of support-emea may act as a customer of EMEA, and not as one of the US', async () => {
    const erik = await act(way, { actor: 'emma', subject: 'erik' })
    expect(erik.outcome).toEqual(allowed)
    const allows = { allowedGroups: ['customers-emea'], allowsEveryone: false }
    expect(erik.record).toMatchObject({ state: 'issued', ...allows, matchedGroups: ['customers-emea'] })
    const uma = await act(way, { actor: 'emma', subject: 'uma' })
    expect(uma.outcome).toEqual(notAllowed)
    expect(uma.body).toEqual({ status: 'error', message: 'you may not act as this user' })
    expect(uma.record).toMatchObject({ state: 'refused', code: 'SubjectNotAllowed', subjectUsername: 'uma', ...allows })
    expect(uma.record).not.toHaveProperty('issuedAt')
  })

  test('members of two groups, of none, of a protected one, and everyone', async () => {
    const outcomes: Record<string, unknown> = {}
    for (const [actor, subject] of [
      ['sam', 'erik'],
      ['sam', 'uma'],
      ['emma', 'vera'],
      ['emma', 'nora'],
      ['emma', 'stan'],
      ['emma', 'alice'],
      ['olivia', 'nora'],
      ['olivia', 'stan'],
      ['olivia', 'vera'],
      ['stella', 'stan'],
    ] as const)
      outcomes[`${actor} as ${subject}`] = (await act(way, { actor, subject })).outcome
    expect(outcomes).toEqual({
      'sam as erik': allowed,
      'sam as uma': allowed,
      'emma as vera': [403, 'SubjectProtected'],
      'emma as nora': notAllowed,
      'emma as stan': notAllowed,
      'emma as alice': notAllowed,
      'olivia as nora': allowed,
      'olivia as stan': allowed,
      'olivia as vera': [403, 'SubjectProtected'],
      'stella as stan': [403, 'ActorNotAllowed'],
    })
  })

  test('Cognito decides, not the token: an actor who moved to another group since the sign-in', async () => {
    const actor = add(`mover ${way}`, ['support-emea'])
    const token = await tokenOf(actor)
    await move(actor, { from: 'support-emea', to: 'support-us' })
    expect((await act(way, { token, subject: 'erik' })).outcome).toEqual(notAllowed)
    expect((await act(way, { token, subject: 'uma' })).outcome).toEqual(allowed)
    await move(actor, { from: 'support-us' })
    expect((await act(way, { token, subject: 'uma' })).outcome).toEqual([403, 'ActorNotAllowed'])
  })

  test('an actor with two pages of groups, and the one that counts on the last page', async () => {
    const others = Array.from({ length: 70 }, (_, n) => `group-${n}`)
    const actor = add(`joiner ${way}`, [...others, 'support-emea'])
    const token = await tokenOf(actor)
    deployment.calls.length = 0
    expect((await act(way, { token, subject: 'erik' })).outcome).toEqual(allowed)
    const pages = deployment.calls.filter((operation) => operation === 'AdminListGroupsForUser')
    expect(pages).toHaveLength(way === 'with a ticket' ? 4 : 2)
    expect((await act(way, { token, subject: 'uma' })).outcome).toEqual(notAllowed)
  })
})

describe('a group that is renamed at Cognito: nobody is allowed by its former name,', () => {
  test.each([
    ['without a ticket', 'apac'],
    ['with a ticket', 'latam'],
  ] as const)('%s', async (way, region) => {
    const [staff, customers] = [`support-${region}`, `customers-${region}`]
    const [actor, subject] = [add(`actor of ${region}`, [staff]), add(`customer of ${region}`, [customers])]
    const token = await tokenOf(actor)
    const { UserPoolId } = deployment.outputs
    const rename = async (GroupName: string, member: string) => {
      await deployment.cognito.send(new DeleteGroupCommand({ UserPoolId, GroupName }))
      await deployment.cognito.send(new CreateGroupCommand({ UserPoolId, GroupName: `${GroupName}-2` }))
      await deployment.cognito.send(new AdminAddUserToGroupCommand({ ...user(member), GroupName: `${GroupName}-2` }))
    }
    await rename(customers, subject)
    expect((await act(way, { token, subject })).outcome).toEqual(notAllowed)
    await rename(staff, actor)
    expect((await act(way, { token, subject })).outcome).toEqual([403, 'ActorNotAllowed'])
  })
})

describe('a record that the endpoint did not write', () => {
  /** Redeems a forged record for erik with the app client's secret. */
  async function forge(changes: Partial<ImpersonationRecord>) {
    const insider = await becomeInsider(deployment)
    const grant = await insider.request({ subjectAsked: 'erik', ...changes })
    const session = await insider.start('erik')
    const outcome = await insider.respond(session, grant.answer, { username: 'erik' }).then(
      () => 'tokens',
      (error) => error.name,
    )
    return { outcome, record: await insider.records.read(grant.id) }
  }

  test.each<[string, Partial<ImpersonationRecord>]>([
    ['does not say whom it allows', {}],
    ['allows another group', { allowedGroups: ['customers-us'], allowsEveryone: false }],
    ['says only that a group matched', { matchedGroups: ['customers-emea'] }],
  ])('and that %s brings no tokens', async (_, changes) => {
    const { outcome, record } = await forge(changes)
    expect(outcome).toBe('UserLambdaValidationException')
    expect(record).toMatchObject({ state: 'refused', code: 'SubjectNotAllowed' })
  })
  test('and that allows the group of the subject brings tokens: the table alone is trusted', async () => {
    expect(await forge({ allowedGroups: ['customers-emea'], allowsEveryone: false })).toMatchObject({
      outcome: 'tokens',
      record: { state: 'issued', matchedGroups: ['customers-emea'] },
    })
  })
})

describe('introspection', () => {
  async function introspect(token: unknown) {
    const response = await fetch(`${deployment.outputs.ApiUrl}/auth/introspect`, {
      method: 'POST',
      headers: { 'X-API-Key': Object.values(deployment.run.resourceServerKeys)[0] ?? '' },
      body: new URLSearchParams({ token: String(token) }),
    })
    return ((await response.json()) as { active: boolean }).active
  }
  const accessTokenOf = ({ session }: Record<string, unknown>) => (session as { accessToken: string }).accessToken

  test('a session is active while its actor may act as the group of its subject', async () => {
    const ofEmea = add('a member of support-emea', ['support-emea'])
    const ofBoth = add('a member of both', ['support-us', 'support-emea'])
    const ofEveryone = add('an impersonator', ['impersonators'])
    const [emea, both, everyone] = [
      await act('without a ticket', { actor: ofEmea, subject: 'erik' }),
      await act('without a ticket', { actor: ofBoth, subject: 'erik' }),
      await act('without a ticket', { actor: ofEveryone, subject: 'erik' }),
    ].map(({ body }) => accessTokenOf(body))
    await move(ofEmea, { from: 'support-emea', to: 'support-us' })
    await move(ofEveryone, { from: 'impersonators', to: 'support-us' })
    // The first introspections of these sessions: nothing is remembered.
    expect([await introspect(emea), await introspect(both), await introspect(everyone)]).toEqual([false, true, false])
  })
})

test('an impersonation makes four calls to Cognito, as without mayActAs', async () => {
  const token = await tokenOf('emma')
  deployment.calls.length = 0
  await act('without a ticket', { token, subject: 'erik' })
  expect(deployment.calls.sort()).toEqual([
    'AdminGetUser',
    'AdminInitiateAuth',
    'AdminListGroupsForUser',
    'AdminRespondToAuthChallenge',
  ])
})
