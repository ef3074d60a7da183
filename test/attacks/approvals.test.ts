// Attacks on the approval: by the actor, by somebody of the same name, and with what oversight's role may write.

import { marshall } from '@aws-sdk/util-dynamodb'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Caller } from '../../lambda/http/authenticate.ts'
import { attributesOfApprove, attributesOfEnd } from '../../lambda/records-schema.ts'
import { createForge } from '../support/forge.ts'
import { type Answer, createWorld, type World } from '../support/world.ts'

let world: World
let olivia: string
beforeAll(async () => {
  world = await createWorld({ APPROVAL_GROUPS: '["vips"]' })
  olivia = createForge(world).token()
  await world.admin('AdminAddUserToGroup', 'audrey', { GroupName: 'approvers' })
})
beforeEach(() => world.reset())

const subOf = (username: string) => world.pool.users.get(username)?.sub ?? ''
const callerOf = (username: string, changes: Partial<Caller> = {}): Caller => ({
  sub: subOf(username),
  username,
  groups: ['approvers'],
  clientId: 'actors',
  impersonated: false,
  ...changes,
})
const codeOf = ({ statusCode, headers }: Answer) => (statusCode < 300 ? 'yes' : String(headers['Impersonation-Error']))
const redeem = async (ticket: unknown) => codeOf((await world.redeem(ticket)) as Answer)
const approve = (approver: Caller, id: string) =>
  world.approve(approver, id).then(
    () => 'yes',
    (error) => String(error.code),
  )

async function prepare(username = 'victor') {
  const body = JSON.stringify({ username, reason: 'ticket 42' })
  const answer = (await world.prepare({ headers: { Authorization: [olivia] }, body })) as Answer
  expect(answer.statusCode).toBe(201)
  return { id: String(answer.body.id), ticket: answer.body.ticket }
}

/** Deletes the user, and makes another one of the same name in the same groups. */
async function recreate(username: string, ...groups: string[]): Promise<void> {
  const former = subOf(username)
  await world.admin('AdminDeleteUser', username)
  await world.admin('AdminCreateUser', username, { MessageAction: 'SUPPRESS' })
  await world.admin('AdminSetUserPassword', username, { Password: 'Another-Pass-1!', Permanent: true })
  for (const GroupName of groups) await world.admin('AdminAddUserToGroup', username, { GroupName })
  expect(subOf(username)).not.toBe(former)
}

/** A write with oversight's rights: these attributes, of any record. */
function writeAsOversight(id: string, attributes: Record<string, unknown>) {
  const allowed: readonly string[] = [...attributesOfEnd, ...attributesOfApprove]
  expect(Object.keys(attributes).filter((name) => !allowed.includes(name))).toEqual([])
  const item = world.table.items.get(id)
  world.table.items.set(id, { ...item, ...marshall(attributes) } as never)
}

describe('a user who is deleted and made again with the same name', () => {
  test('does not get the approval of the former subject', async () => {
    const { id, ticket } = await prepare()
    expect(await approve(callerOf('audrey'), id)).toBe('yes')
    await recreate('victor', 'vips')
    expect(await redeem(ticket)).toBe('ApprovalRequired')
  })
  test('cannot approve with the token of the former approver', async () => {
    const former = callerOf('audrey')
    const { id } = await prepare()
    await recreate('audrey', 'approvers')
    expect(await approve(former, id)).toBe('NoSuchImpersonation')
    expect(await approve(callerOf('audrey'), id)).toBe('yes')
  })
})

describe('an approver', () => {
  test('in capitals is the same person', async () => {
    const { id } = await prepare('VICTOR')
    await world.admin('AdminAddUserToGroup', 'victor', { GroupName: 'approvers' })
    try {
      expect(await approve(callerOf('victor', { username: 'VICTOR' }), id)).toBe('ApproverNotAllowed')
    } finally {
      await world.admin('AdminRemoveUserFromGroup', 'victor', { GroupName: 'approvers' })
    }
  })
  test('who is impersonated approves nothing', async () => {
    const { id } = await prepare()
    expect(await approve(callerOf('audrey', { impersonated: true, clientId: 'ours' }), id)).toBe('NoSuchImpersonation')
  })
})

describe('whoever breaks into oversight', () => {
  const approval = (id: string, changes: object = {}) => ({
    id,
    state: 'prepared',
    approvedAt: Date.now(),
    approvedBySub: subOf('audrey'),
    approvedByUsername: 'audrey',
    approvedSubjectSub: subOf('victor'),
    ticketEndsAt: Date.now() + 600_000,
    ...changes,
  })

  test('can approve, as SECURITY.md says', async () => {
    const { id, ticket } = await prepare()
    writeAsOversight(id, approval(id))
    expect(await redeem(ticket)).toBe('yes')
  })
  test.each([
    ['for the actor', { approvedBySub: 'olivia' }],
    ['by the subject', { approvedBySub: 'victor' }],
    ['for another subject', { approvedSubjectSub: 'alice' }],
  ])('cannot approve %s', async (_, names) => {
    const { id, ticket } = await prepare()
    const changes = Object.fromEntries(Object.entries(names).map(([name, username]) => [name, subOf(username)]))
    writeAsOversight(id, approval(id, changes))
    expect(await redeem(ticket)).toBe('ApprovalRequired')
  })
  test('cannot make a used ticket good', async () => {
    const { id, ticket } = await prepare()
    expect(await approve(callerOf('audrey'), id)).toBe('yes')
    expect(await redeem(ticket)).toBe('yes')
    writeAsOversight(id, approval(id))
    expect(await redeem(ticket)).not.toBe('yes')
  })
  test('cannot make an old ticket good', async () => {
    const { id, ticket } = await prepare()
    const item = world.table.items.get(id)
    const old = Date.now() - 86_400_000 - 600_001
    world.table.items.set(id, { ...item, ...marshall({ requestedAt: old }) } as never)
    writeAsOversight(id, approval(id))
    expect(await redeem(ticket)).not.toBe('yes')
  })
  test('cannot bring a request without a ticket back', async () => {
    const body = JSON.stringify({ username: 'victor' })
    const answer = (await world.post({ headers: { Authorization: [olivia] }, body })) as Answer
    const id = String(answer.headers['Impersonation-Id'])
    writeAsOversight(id, approval(id))
    expect(await redeem(`${id}.${'A'.repeat(43)}`)).toBe('TicketInvalid')
  })
})
