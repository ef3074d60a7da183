// No token of an ended impersonation is active once `end` has answered. Look-ups are remembered.

import { expect, test } from '@jest/globals'
import { readIntrospectionConfig } from '../lambda/config.ts'
import { createCheckPeople } from '../lambda/oversight/check-people.ts'
import { createIntrospect, introspected } from '../lambda/oversight/introspect.ts'
import { createOversightRecords } from '../lambda/oversight/records.ts'
import { createRecords } from '../lambda/records.ts'
import { createRecordsTable } from '../lambda/records-table.ts'
import { introspectionEnvironment } from './support/environment.ts'
import { inProcessDynamoDB } from './support/in-process.ts'
import { claimsOf } from './support/introspection.ts'
import { MemoryTable } from './support/memory-table.ts'
import { delayed, randomTurns } from './support/random-turns.ts'
import { requestedRecord } from './support/requested-record.ts'
import { audrey } from './support/world.ts'

const races = 200
const now = Date.now

test(`end against introspection, in ${races} races`, async () => {
  const dynamoDB = inProcessDynamoDB(delayed(new MemoryTable().perform))
  const options = { dynamoDB, tableName: 'records', timeout: 5_000, now }
  const [records, oversight] = [createRecords(options), createOversightRecords(options)]
  const items = createRecordsTable(options)
  const config = readIntrospectionConfig(introspectionEnvironment)
  const answer =
    <Answer>(value: Answer) =>
    async () => {
      await randomTurns(20)
      return value
    }
  const yes = answer(true)
  const introspect = createIntrospect({
    config,
    verify: async (token) => claimsOf.access({ impersonation_id: token }),
    read: (id) => items.read(id, introspected.map((name) => `#${name}`).join(', ')) as never,
    checkPeople: createCheckPeople({
      config,
      lookUps: async () => ({ groupsOf: answer(['impersonators']), isActive: yes, isEnabled: yes }),
      now,
    }),
    now,
  })
  const isActive = async (id: string) => (await introspect(id)).response.active
  const alice = { sub: 'sub-of-alice', username: 'alice' }
  const seen = new Map<string, number>()
  for (let race = 0; race < races; race++) {
    const { grant, record } = requestedRecord()
    await records.put(record)
    await records.redeem({ grant, clientId: 'ours', nonce: 'n', subject: alice })
    expect(await isActive(grant.id)).toBe(false)
    await records.issue({ id: grant.id, clientId: 'ours', subjectSub: alice.sub, sessionLength: 3_600_000 })
    expect(await isActive(grant.id)).toBe(true)

    const end = async () => {
      await randomTurns(25)
      await oversight.end(grant.id, audrey)
      // Every introspection that begins from now on.
      expect(await Promise.all([isActive(grant.id), isActive(grant.id)])).toEqual([false, false])
    }
    const during = async () => {
      await randomTurns(50)
      const active = await isActive(grant.id)
      seen.set(String(active), (seen.get(String(active)) ?? 0) + 1)
    }
    await Promise.all([end(), during(), during(), during()])
    expect(await isActive(grant.id)).toBe(false)
  }
  // The races were real: introspections that began before the end's answer were active, and were not.
  expect([...seen.keys()].sort()).toEqual(['false', 'true'])
}, 60_000)
