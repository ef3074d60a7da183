// Every order of the writes to one record, also with a state that somebody set back: one ticket, one grant, and no session after
// the end.

import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { expect, test } from '@jest/globals'
import { newGrant, newTicket } from '../lambda/grant.ts'
import { createOversightRecords } from '../lambda/oversight/records.ts'
import { createRecords } from '../lambda/records.ts'
import { type ImpersonationRecord, isLive } from '../lambda/records-schema.ts'
import type { Input, Item } from './support/memory-expressions.ts'
import { MemoryTable } from './support/memory-table.ts'
import { audrey } from './support/world.ts'

const noon = Date.UTC(2026, 0, 1, 12)
const clientId = 'ours'
const ticket = newTicket()
const { id } = ticket
const grants = [newGrant(id), newGrant(id)] as const
const subject = { sub: 'sub-of-alice', username: 'alice' }

const table = new MemoryTable()
async function send(command: { input: Input }) {
  const answer = table.perform(command.constructor.name.replace('Command', ''), command.input)
  if ('__type' in answer) throw new ConditionalCheckFailedException({ message: 'false', $metadata: {} })
  return answer
}
const options = {
  dynamoDB: { send } as unknown as DynamoDBClient,
  tableName: 'records',
  timeout: 5_000,
  now: () => noon,
}
const records = createRecords(options)
const oversight = createOversightRecords(options)

const claim = (grant: typeof ticket | (typeof grants)[number]) =>
  records.claim({ ticket, clientId, grant, browser: { ip: '198.51.100.7' } })
const redeem = async (grant: (typeof grants)[number], nonce: string) =>
  (await records.redeem({ grant, clientId, nonce, subject })) || undefined

/** Each returns undefined if it changes nothing. */
const writes = {
  'claim with grant 1': () => claim(grants[0]),
  'claim with grant 2': () => claim(grants[1]),
  'allow with grant 1': async () =>
    (await records.allow({ grant: grants[0], allowed: { everyone: true, groups: [] } })) || undefined,
  'redeem grant 1': () => redeem(grants[0], 'nonce-1'),
  'redeem grant 1 in another sign-in': () => redeem(grants[0], 'nonce-2'),
  'redeem grant 2': () => redeem(grants[1], 'nonce-3'),
  issue: () => records.issue({ id, clientId, subjectSub: subject.sub, sessionLength: 3_600_000 }),
  refuse: () => records.refuse(id, 'SubjectProtected'),
  discard: () => records.discard(id, 'TokensUnfit'),
  end: () => oversight.end(id, audrey),
}
type Write = keyof typeof writes

/** What whoever breaks into oversight can write. */
const setBack = (state: string) => () => {
  table.items.set(id, { ...table.items.get(id), state: { S: state } } as Item)
}
const withSetBack = {
  ...writes,
  'set back to prepared': setBack('prepared'),
  'set back to requested': setBack('requested'),
}

interface Step {
  name: string
  done: boolean
  before: Item
}

/**
 * Calls `check` after every order of up to `depth` writes. A write depends only on the item, so each runs once for each
 * different item.
 * @returns how many orders there are.
 */
async function everyOrder(
  choices: Record<string, () => unknown>,
  depth: number,
  check: (order: Step[], after: Item) => void,
): Promise<number> {
  let count = 0
  const items = new Map<string, Item>()
  const results = new Map<Item, { name: string; done: boolean; after: Item }[]>()

  /** @returns the same object for equal items. */
  function known(item: Item): Item {
    const text = JSON.stringify(item)
    if (!items.has(text)) items.set(text, item)
    return items.get(text) as Item
  }
  async function resultsOf(before: Item) {
    const all = results.get(before) ?? []
    if (all.length > 0) return all
    results.set(before, all)
    for (const [name, write] of Object.entries(choices)) {
      table.items.set(id, before)
      const done = (await write()) !== undefined
      all.push({ name, done, after: known(table.items.get(id) as Item) })
    }
    return all
  }
  async function goOn(order: Step[], before: Item): Promise<void> {
    if (order.length === depth) return
    for (const { name, done, after } of await resultsOf(before)) {
      const longer = [...order, { name, done, before }]
      check(longer, after)
      count++
      await goOn(longer, after)
    }
  }
  table.items.clear()
  await records.put({
    id,
    state: 'prepared',
    ticketHash: ticket.hash,
    ticketEndsAt: noon + 60_000,
    clientId,
    actorSub: 'sub-of-olivia',
    actorUsername: 'olivia',
    subjectAsked: 'alice',
    requestedAt: noon,
    listedOn: 'prepared 2026-01-01',
    listedAt: noon,
    expiresAt: 1,
  })
  await goOn([], known(table.items.get(id) as Item))
  return count
}

/** The list that a record of this state is in. */
const lists: Partial<Record<ImpersonationRecord['state'], string>> = { prepared: 'prepared', issued: 'live' }
const over = ['refused', 'discarded', 'ended']
const read = new WeakMap<Item, ImpersonationRecord>()
function attributesOf(item: Item): ImpersonationRecord {
  const attributes = read.get(item) ?? (unmarshall(item) as ImpersonationRecord)
  read.set(item, attributes)
  return attributes
}
const stateOf = (item: Item) => attributesOf(item).state
const succeeded = (order: Step[], verb: string) =>
  new Set(order.filter(({ name, done }) => done && name.startsWith(verb)).map(({ name }) => name)).size

test('in every order of five writes, an impersonation that is over stays over', async () => {
  const wrong: Write[][] = []
  const count = await everyOrder(writes, 5, (order, after) => {
    const { before = after, name, done } = order.at(-1) ?? {}
    const holds =
      succeeded(order, 'claim') <= 1 &&
      succeeded(order, 'redeem') <= 1 &&
      (stateOf(before) !== 'ended' || after === before) &&
      (!over.includes(stateOf(before)) || (over.includes(stateOf(after)) && !(name === 'issue' && done))) &&
      (name !== 'issue' || !done || succeeded(order, 'redeem') === 1) &&
      (!name?.startsWith('allow') || !done || stateOf(before) === 'requested') &&
      attributesOf(after).listedOn?.split(' ')[0] === lists[stateOf(after)] &&
      'listedAt' in after === 'listedOn' in after &&
      isLive(attributesOf(after), noon) === (stateOf(after) === 'issued')
    if (!holds) wrong.push(order.map(({ name }) => name as Write))
  })
  expect(wrong.slice(0, 3)).toEqual([])
  expect(count).toBe(10 + 10 ** 2 + 10 ** 3 + 10 ** 4 + 10 ** 5)
}, 120_000)

test('in every order of four writes, a used ticket and a used grant stay used, even if the state is set back', async () => {
  const wrong: string[][] = []
  await everyOrder(withSetBack, 4, (order) => {
    if (succeeded(order, 'claim') > 1 || succeeded(order, 'redeem') > 1) wrong.push(order.map(({ name }) => name))
  })
  expect(wrong.slice(0, 3)).toEqual([])
}, 120_000)

/** Approves, unless somebody else has. */
const approveBy = (sub: string) => async () => {
  const before = attributesOf(table.items.get(id) as Item)
  const after = await oversight.approve(id, { by: { sub, username: sub }, subjectSub: subject.sub })
  return before.approvedAt === undefined && after?.approvedBySub === sub ? after : undefined
}
const session = { id, clientId, subjectSub: subject.sub, sessionLength: 3_600_000 }
const withApproval = {
  'require approval': () => records.requireApproval(ticket),
  'approve by audrey': approveBy('sub-of-audrey'),
  'approve by the actor': approveBy('sub-of-olivia'),
  'approve by the subject': approveBy(subject.sub),
  'claim with grant 1': writes['claim with grant 1'],
  'claim with grant 2': writes['claim with grant 2'],
  'redeem grant 1': writes['redeem grant 1'],
  issue: () => records.issue({ ...session, policy: { approved: true } }),
  end: writes.end,
  'set back to prepared': setBack('prepared'),
}

test('in every order of five writes, nothing is issued or claimed without the approval that it needs', async () => {
  const wrong: string[][] = []
  await everyOrder(withApproval, 5, (order, after) => {
    const { before = after, name = '', done } = order.at(-1) ?? {}
    const { approvalRequired, approvedAt, approvedBySub } = attributesOf(before)
    const holds =
      succeeded(order, 'claim') <= 1 &&
      succeeded(order, 'approve') <= 1 &&
      (!name.startsWith('claim') || !done || !approvalRequired || approvedAt !== undefined) &&
      (name !== 'issue' || !done || approvedBySub === 'sub-of-audrey') &&
      (!name.startsWith('approve') || !done || stateOf(before) === 'prepared')
    if (!holds) wrong.push(order.map(({ name }) => name))
  })
  expect(wrong.slice(0, 3)).toEqual([])
}, 120_000)
