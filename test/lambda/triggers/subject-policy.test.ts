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
const settings = { protectedGroups: ['admins'], mayActAs, sessionMinutes: 60, scopes: [] }

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
}: {
  allows?: Partial<ImpersonationRecord>
  groups: string[]
  next?: string[]
}) {
  const { record } = requestedRecord({ state: 'redeemed', subjectSub: 'sub-of-alice', ...allows })
  await records.put(record)
  const event = triggerEvent('TokenGeneration_Authentication', {
    clientMetadata: { impersonationId: record.id },
    groupConfiguration: { groupsToOverride: groups },
  })
  const theirs = { groups: next ?? [], mergeUnder: (ours: object) => ours as never }
  const code = await preTokenGeneration(event, records, settings, next && (async () => theirs)).then(
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
    ['if the record allows everyone in words only', { allowsEveryone: 'true' as never }, ['customers-emea']],
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
  test('if they are in a protected group and in no allowed one: the reason is the protected one', async () => {
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
  expect(subjectPolicy({ record: {}, groups: [], settings: { mayActAs: 'none' } })).toEqual({})
})
