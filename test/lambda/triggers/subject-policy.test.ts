// The setting mayActAs at PreTokenGeneration, over a records table.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createRecords, type Records } from '../../../lambda/records.ts'
import type { ImpersonationRecord } from '../../../lambda/records-schema.ts'
import { preTokenGeneration } from '../../../lambda/triggers/pre-token-generation.ts'
import { subjectPolicy } from '../../../lambda/triggers/subject-policy.ts'
import { requestedRecord } from '../../support/requested-record.ts'
import { startTable } from '../../support/table.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const mayActAs = { 'support-emea': ['customers-emea'], impersonators: ['*'] }
const settings = { protectedGroups: ['admins'], mayActAs, approvalGroups: [], sessionMinutes: 60, scopes: [] }
const approvals = { ...settings, mayActAs: 'none' as const, approvalGroups: ['vips', 'staff'] }

let table: Awaited<ReturnType<typeof startTable>>
let records: Records
beforeAll(async () => {
  table = await startTable()
  records = createRecords({ ...table, timeout: 5_000, now: Date.now })
})
afterAll(() => table.close())

/** Runs PreTokenGeneration for alice, on a redeemed record with these attributes. */
async function preToken({
  allows = {},
  groups,
  next,
  by = settings,
}: {
  allows?: Partial<ImpersonationRecord>
  groups: string[]
  next?: string[]
  by?: typeof settings | typeof approvals
}) {
  const { record } = requestedRecord({ state: 'redeemed', subjectSub: 'sub-of-alice', ...allows })
  await records.put(record)
  const event = triggerEvent('TokenGeneration_Authentication', {
    clientMetadata: { impersonationId: record.id },
    groupConfiguration: { groupsToOverride: groups },
  })
  const theirs = { groups: next ?? [], mergeUnder: (ours: object) => ours as never }
  const code = await preTokenGeneration(event, records, by, next && (async () => theirs)).then(
    () => 'issued',
    (error) => error.code,
  )
  return { code, record: await records.read(record.id) }
}
const allowing = (...allowedGroups: string[]) => ({ allowedGroups, allowsEveryone: false })
const everyone = { allowedGroups: [], allowsEveryone: true }

describe('a subject is issued tokens', () => {
  test.each([
    ['of the allowed group', allowing('customers-emea'), ['customers-emea'], ['customers-emea']],
    [
      'of one of many',
      allowing('customers-us', 'customers-emea'),
      ['gold', 'customers-emea', 'newsletter'],
      ['customers-emea'],
    ],
    ['of two allowed groups', allowing('customers-us', 'customers-emea'), ['customers-emea', 'customers-us'], null],
    ['without groups, if everyone is allowed', everyone, [], []],
    ['of any group, if everyone is allowed', everyone, ['customers-us'], []],
  ])('%s', async (_, allows, groups, matchedGroups) => {
    const { code, record } = await preToken({ allows, groups })
    expect(code).toBe('issued')
    expect(record).toMatchObject({ state: 'issued', matchedGroups: matchedGroups ?? allows.allowedGroups })
  })
})

describe('a subject is refused', () => {
  test.each<[string, Partial<ImpersonationRecord>, string[]]>([
    ['of another group', allowing('customers-emea'), ['customers-us']],
    ['without a group', allowing('customers-emea'), []],
    ['of a group of other capitals', allowing('customers-emea'), ['Customers-EMEA']],
    ['of a group with a longer name', allowing('customers'), ['customers-emea']],
    ['of a group with a shorter name', allowing('customers-emea'), ['customers']],
    ['of a group that is literally *', allowing('customers-emea'), ['*']],
    ['if the record allows nobody', allowing(), ['customers-emea']],
    ['if the record does not say whom it allows', {}, ['customers-emea']],
    ['if allowsEveryone is not a boolean', { allowsEveryone: 'true' as never }, ['customers-emea']],
  ])('%s', async (_, allows, groups) => {
    const { code, record } = await preToken({ allows, groups })
    expect(code).toBe('SubjectNotAllowed')
    expect(record).toMatchObject({ state: 'refused', code: 'SubjectNotAllowed' })
    expect(record).not.toHaveProperty('matchedGroups')
  })
  test('if they are in an allowed and in a protected group: the protected one wins', async () => {
    const { code, record } = await preToken({
      allows: allowing('customers-emea'),
      groups: ['customers-emea', 'admins'],
    })
    expect(code).toBe('SubjectProtected')
    expect(record).toMatchObject({ state: 'refused', code: 'SubjectProtected' })
  })
  test('with SubjectProtected if they are in a protected group and in no allowed one', async () => {
    expect((await preToken({ allows: allowing('customers-emea'), groups: ['admins'] })).code).toBe('SubjectProtected')
  })
  test("if only the pool's own trigger puts them into an allowed group", async () => {
    const allows = allowing('customers-emea')
    expect((await preToken({ allows, groups: ['customers-us'], next: ['customers-emea'] })).code).toBe(
      'SubjectNotAllowed',
    )
  })
})

test("a subject whom the pool's own trigger takes out of the allowed group is issued tokens: the pool's groups count", async () => {
  const { code } = await preToken({ allows: allowing('customers-emea'), groups: ['customers-emea'], next: ['other'] })
  expect(code).toBe('issued')
})

test('without a record, nothing is issued', async () => {
  const event = triggerEvent('TokenGeneration_Authentication', {
    clientMetadata: { impersonationId: requestedRecord().record.id },
    groupConfiguration: { groupsToOverride: ['customers-emea'] },
  })
  await expect(preTokenGeneration(event, records, settings)).rejects.toMatchObject({
    code: 'TriggerRefused',
    message: 'there is no record',
  })
})

test('nothing is issued if the record cannot be read', async () => {
  const event = triggerEvent('TokenGeneration_Authentication', {
    clientMetadata: { impersonationId: requestedRecord().record.id },
    groupConfiguration: { groupsToOverride: ['customers-emea'] },
  })
  const gone = createRecords({ ...table, tableName: 'gone', timeout: 5_000, now: Date.now })
  await expect(preTokenGeneration(event, gone, settings)).rejects.toMatchObject({ code: 'Unavailable' })
})

test('without mayActAs, nothing is compared', () => {
  expect(
    subjectPolicy({
      record: { actorSub: 'sub-of-olivia' },
      sub: 'sub-of-alice',
      groups: [],
      settings: { mayActAs: 'none', approvalGroups: [] },
    }),
  ).toEqual({})
})

describe('with approvalGroups', () => {
  const approved: Partial<ImpersonationRecord> = {
    approvalRequired: true,
    approvedAt: 1,
    approvedBySub: 'sub-of-audrey',
    approvedSubjectSub: 'sub-of-alice',
  }
  const { approvedBySub: _, ...withoutApprover } = approved

  test.each<[string, Partial<ImpersonationRecord>, string[]]>([
    ['of such a group, with the approval', approved, ['vips']],
    ['who left the group after the approval', approved, []],
    ['of other groups, without an approval', {}, ['gold']],
    ['without groups', {}, []],
  ])('a subject %s is issued tokens', async (_, allows, groups) => {
    const { code, record } = await preToken({ allows, groups, by: approvals })
    expect([code, record?.state]).toEqual(['issued', 'issued'])
  })
  test.each<[string, Partial<ImpersonationRecord>, string[]]>([
    ['of such a group, without an approval: without a ticket, or since they joined it', {}, ['gold', 'vips']],
    ['of another such group', {}, ['staff']],
    ['of such a group, if the wait for approval was skipped', { approvalRequired: true }, ['vips']],
    ['of no such group, if the request needed approval', { approvalRequired: true }, []],
    ['whom the alias means since the approval', { ...approved, approvedSubjectSub: 'sub-of-alicia' }, ['vips']],
    ['whom the alias means since the approval, without groups', { ...approved, approvedSubjectSub: 'x' }, []],
    ['approved for somebody else, without a mark', { approvedSubjectSub: 'x', approvedBySub: 'sub-of-audrey' }, []],
    ['approved by nobody', withoutApprover, ['vips']],
    ['approved by the actor', { ...approved, approvedBySub: 'sub-of-olivia' }, ['vips']],
    ['approved by themselves', { ...approved, approvedBySub: 'sub-of-alice' }, ['vips']],
  ])('a subject is refused: %s', async (_, allows, groups) => {
    const { code, record } = await preToken({ allows, groups, by: approvals })
    expect(code).toBe('ApprovalRequired')
    expect(record).toMatchObject({ state: 'refused', code: 'ApprovalRequired' })
  })
  test('the groups in the pool count, not those that the pool’s own trigger sets', async () => {
    expect((await preToken({ groups: ['vips'], next: [], by: approvals })).code).toBe('ApprovalRequired')
    expect((await preToken({ groups: [], next: ['vips'], by: approvals })).code).toBe('issued')
  })
  test('an approval replaces neither protectedGroups nor mayActAs', async () => {
    const both = { ...approvals, mayActAs }
    expect((await preToken({ allows: approved, groups: ['vips', 'admins'], by: approvals })).code).toBe(
      'SubjectProtected',
    )
    expect((await preToken({ groups: ['vips'], by: both as never })).code).toBe('SubjectNotAllowed')
    expect((await preToken({ allows: everyone, groups: ['vips'], by: both as never })).code).toBe('ApprovalRequired')
    const allows = { ...approved, ...everyone }
    expect((await preToken({ allows, groups: ['vips'], by: both as never })).record).toMatchObject({
      matchedGroups: [],
    })
  })
  test('an approval that is taken back between the read and the write issues nothing', async () => {
    const { record } = requestedRecord({ state: 'redeemed', subjectSub: 'sub-of-alice', ...approved })
    await records.put({ ...record, approvedSubjectSub: 'sub-of-alicia' })
    const event = triggerEvent('TokenGeneration_Authentication', {
      clientMetadata: { impersonationId: record.id },
      groupConfiguration: { groupsToOverride: ['vips'] },
    })
    const before = { ...records, read: async () => record }
    await expect(preTokenGeneration(event, before, approvals)).rejects.toMatchObject({ code: 'TriggerRefused' })
    expect(await records.read(record.id)).toMatchObject({ state: 'redeemed' })
  })
})
