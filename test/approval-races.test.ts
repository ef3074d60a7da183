// Nobody acts as a member of an approval group without another person's approval, also in races.

import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Caller } from '../lambda/http/authenticate.ts'
import { claimsOf } from './acceptance/client.ts'
import { createForge } from './support/forge.ts'
import type { Item } from './support/memory-expressions.ts'
import { MemoryTable } from './support/memory-table.ts'
import { delayed, randomTurns } from './support/random-turns.ts'
import { type Answer, audrey, createWorld, type World } from './support/world.ts'

const races = 100
const table = new MemoryTable()
let world: World
let olivia: string
let approvers: Caller[]
beforeAll(async () => {
  const environment = { APPROVAL_GROUPS: '["vips"]' }
  world = await createWorld(environment, undefined, delayed(table.perform))
  olivia = createForge(world).token()
  for (const username of ['audrey', 'bob', 'olivia', 'victor']) {
    await world.admin('AdminAddUserToGroup', username, { GroupName: 'approvers' })
  }
  approvers = [callerOf('audrey'), callerOf('bob')]
})
beforeEach(() => world.reset())

const subOf = (username: string) => world.pool.users.get(username)?.sub ?? ''
const callerOf = (username: string): Caller => ({
  sub: subOf(username),
  username,
  groups: ['approvers'],
  clientId: 'actors',
  impersonated: false,
})

async function prepare(username = 'victor') {
  const body = JSON.stringify({ username, reason: 'ticket 42' })
  const answer = (await world.prepare({ headers: { Authorization: [olivia] }, body })) as Answer
  expect(answer.statusCode).toBe(201)
  return { id: String(answer.body.id), ticket: answer.body.ticket, body: answer.body }
}
const redeem = async (ticket: unknown) => (await world.redeem(ticket)) as Answer
const codeOf = ({ statusCode, headers }: Answer) =>
  statusCode === 200 ? 'session' : String(headers['Impersonation-Error'])
const approve = (approver: Caller, id: string) =>
  world.approve(approver, id).then(
    () => 'approved',
    (error) => String(error.code),
  )
const recordOf = (id: string) => world.oversight.read(id)
const issued = () => world.seen.cognitoCalls.filter((call) => call === 'AdminRespondToAuthChallenge').length

const isEnded = (item: Item | undefined) => item?.state !== undefined && 'S' in item.state && item.state.S === 'ended'

/** Counts the outcomes, to prove that a race was real. */
function count(outcomes: Map<string, number>, outcome: string) {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
}

describe('without a race', () => {
  test('the ticket is refused without being used up, then good after the approval, once', async () => {
    const { id, ticket, body } = await prepare()
    expect(body).toMatchObject({ approvalRequired: true })
    for (let times = 0; times < 3; times++) expect(codeOf(await redeem(ticket))).toBe('ApprovalRequired')
    expect(issued()).toBe(0)
    expect(await approve(callerOf('audrey'), id)).toBe('approved')
    const answer = await redeem(ticket)
    expect(codeOf(answer)).toBe('session')
    const { accessToken } = answer.body.session as { accessToken: string }
    expect(claimsOf(accessToken)).toMatchObject({ sub: subOf('victor'), impersonation_id: id })
    expect(codeOf(await redeem(ticket))).toBe('TicketInvalid')
    expect(await approve(callerOf('audrey'), id)).toBe('NotApprovable')
    expect(await recordOf(id)).toMatchObject({ state: 'issued', approvedBySub: subOf('audrey') })
  })
  test('a ticket with another secret is invalid while the record waits', async () => {
    const { id } = await prepare()
    expect(codeOf(await redeem(`${id}.${'A'.repeat(43)}`))).toBe('TicketInvalid')
  })
  test('a mint without a ticket is refused, and the record has the code', async () => {
    const body = JSON.stringify({ username: 'victor' })
    const answer = (await world.post({ headers: { Authorization: [olivia] }, body })) as Answer
    expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'ApprovalRequired'])
    expect(await recordOf(String(answer.headers['Impersonation-Id']))).toMatchObject({
      state: 'refused',
      code: 'ApprovalRequired',
    })
  })
  test('a subject who joined the group after the ticket was made is refused by the trigger', async () => {
    const { id, ticket, body } = await prepare('alice')
    expect(body).not.toHaveProperty('approvalRequired')
    await world.admin('AdminAddUserToGroup', 'alice', { GroupName: 'vips' })
    try {
      expect(codeOf(await redeem(ticket))).toBe('ApprovalRequired')
    } finally {
      await world.admin('AdminRemoveUserFromGroup', 'alice', { GroupName: 'vips' })
    }
    expect(await recordOf(id)).toMatchObject({ state: 'refused', code: 'ApprovalRequired' })
  })
  test.each(['victor@example.com', 'victor'])(
    'the actor and the subject (asked for as %s) cannot approve',
    async (asked) => {
      const { id, ticket } = await prepare(asked)
      for (const oneself of ['victor', 'olivia'])
        expect(await approve(callerOf(oneself), id)).toBe('ApproverNotAllowed')
      expect(codeOf(await redeem(ticket))).toBe('ApprovalRequired')
    },
  )
  test('an alias that moves after the approval: the new user is refused', async () => {
    const email = (Value: string) => ({
      UserAttributes: [
        { Name: 'email', Value },
        { Name: 'email_verified', Value: 'true' },
      ],
    })
    const { id, ticket } = await prepare('victor@example.com')
    expect(await approve(callerOf('audrey'), id)).toBe('approved')
    await world.admin('AdminUpdateUserAttributes', 'victor', email('victor@old.example'))
    await world.admin('AdminUpdateUserAttributes', 'bob', email('victor@example.com'))
    try {
      expect(codeOf(await redeem(ticket))).toBe('ApprovalRequired')
    } finally {
      await world.admin('AdminUpdateUserAttributes', 'bob', email('bob@example.com'))
      await world.admin('AdminUpdateUserAttributes', 'victor', email('victor@example.com'))
    }
    expect(await recordOf(id)).toMatchObject({ state: 'refused', code: 'ApprovalRequired', subjectSub: subOf('bob') })
  })
})

describe(`in ${races} races`, () => {
  test('approval against the redeem: a session comes only after an approval, and the ticket stays good', async () => {
    const outcomes = new Map<string, number>()
    for (let race = 0; race < races; race++) {
      await world.reset()
      const { id, ticket } = await prepare()
      const early = async () => {
        await randomTurns(30)
        return codeOf(await redeem(ticket))
      }
      const [approved, first] = await Promise.all([approve(callerOf('audrey'), id), early()])
      expect(approved).toBe('approved')
      expect(['session', 'ApprovalRequired']).toContain(first)
      expect(codeOf(await redeem(ticket))).toBe(first === 'session' ? 'TicketInvalid' : 'session')
      expect(issued()).toBe(1)
      expect(await recordOf(id)).toMatchObject({ state: 'issued', approvedBySub: subOf('audrey') })
      count(outcomes, first)
    }
    expect([...outcomes.keys()].sort()).toEqual(['ApprovalRequired', 'session'])
  }, 300_000)

  test('approval against the end: what is ended stays ended, and gets no session', async () => {
    const outcomes = new Map<string, number>()
    for (let race = 0; race < races; race++) {
      await world.reset()
      const { id, ticket } = await prepare()
      const end = async () => {
        await randomTurns(30)
        return world.oversight.end(id, audrey)
      }
      const [approved] = await Promise.all([approve(callerOf('audrey'), id), end()])
      const record = await recordOf(id)
      expect(record).toMatchObject({ state: 'ended', endedByUsername: 'audrey' })
      // Either approved and then ended, or ended and not approved.
      expect([approved, record?.approvedAt !== undefined]).toEqual([
        expect.stringMatching(/^(approved|NotApprovable)$/),
        approved === 'approved',
      ])
      expect(codeOf(await redeem(ticket))).toBe('TicketInvalid')
      expect(issued()).toBe(0)
      count(outcomes, approved)
    }
    expect(table.changes.filter(({ before }) => isEnded(before))).toEqual([])
    expect([...outcomes.keys()].sort()).toEqual(['NotApprovable', 'approved'])
  }, 300_000)

  test('approval against another approval: one wins, and the record names that one', async () => {
    const winners = new Set<string>()
    for (let race = 0; race < races; race++) {
      await world.reset()
      const { id, ticket } = await prepare()
      const both = approvers.map(async (approver) => {
        await randomTurns(10)
        return approve(approver, id)
      })
      const results = await Promise.all(both)
      expect(results.toSorted()).toEqual(['NotApprovable', 'approved'])
      const winner = approvers[results.indexOf('approved')]
      expect(await recordOf(id)).toMatchObject({ approvedBySub: winner?.sub, approvedByUsername: winner?.username })
      expect(codeOf(await redeem(ticket))).toBe('session')
      winners.add(String(winner?.username))
    }
    expect(winners.size).toBe(2)
  }, 300_000)

  test('two redeems of an approved ticket: one session', async () => {
    for (let race = 0; race < races; race++) {
      await world.reset()
      const { id, ticket } = await prepare()
      await approve(callerOf('audrey'), id)
      const codes = (await Promise.all([redeem(ticket), redeem(ticket)])).map(codeOf)
      expect(codes.sort()).toEqual(['TicketInvalid', 'session'])
      expect(issued()).toBe(1)
    }
  }, 300_000)
})
