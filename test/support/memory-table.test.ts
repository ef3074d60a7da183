// Compares the table in memory with dynalite, for all operations of lambda/records.ts.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createRecords, type Records } from '../../lambda/records.ts'
import type { ImpersonationRecord } from '../../lambda/records-schema.ts'
import { faulty } from './faults.ts'
import { MemoryTable } from './memory-table.ts'
import { seededRuns } from './seeded.ts'
import { startTable } from './table.ts'
import { calm } from './world.ts'

let real: Awaited<ReturnType<typeof startTable>>
beforeAll(async () => {
  real = await startTable()
})
afterAll(() => real.close())

const memory = new MemoryTable()
const requestHandler = faulty((operation, input) => memory.perform(operation, input as never), calm) as never
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const memoryClient = new DynamoDBClient({ region: 'us-east-1', credentials, maxAttempts: 1, requestHandler })

const oneOf = (...values: string[]) => fc.constantFrom(...values)
const step = fc.record({
  method: oneOf('put', 'put', 'redeem', 'redeem', 'issue', 'issue', 'refuse', 'discard', 'read'),
  hash: oneOf('h1', 'h1', 'h2'),
  client: oneOf('ours', 'ours', 'theirs'),
  nonce: oneOf('n1', 'n1', 'n2'),
  sub: oneOf('alice', 'alice', 'bob', 'olivia'),
  at: fc.integer({ min: 0, max: 70_000 }),
})

test('the table in memory gives the same results as dynalite', async () => {
  let n = 0
  await seededRuns(60, (options) =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
        const id = `record-${++n}`
        let now = 0
        const both = [
          createRecords({ ...real, timeout: 5_000, now: () => now }),
          createRecords({ dynamoDB: memoryClient, tableName: 'records', timeout: 5_000, now: () => now }),
        ] as const
        for (const { method, hash, client, nonce, sub, at } of steps) {
          now = at
          const run = async (records: Records): Promise<unknown> => {
            if (method === 'put') return records.put(requested(id, hash, at))
            const subject = { sub, username: sub }
            if (method === 'redeem') return records.redeem({ grant: { id, hash }, clientId: client, nonce, subject })
            if (method === 'issue')
              return records.issue({ id, clientId: client, subjectSub: sub, sessionLength: 3_600_000 })
            if (method === 'read') return records.read(id)
            return records[method as 'refuse' | 'discard'](id, 'Fault')
          }
          const [a, b] = await Promise.allSettled(both.map(run))
          expect(b).toEqual(a)
        }
        expect(await both[1].read(id)).toEqual(await both[0].read(id))
      }),
      options,
    ),
  )
}, 120_000)

function requested(id: string, grantHash: string, requestedAt: number): ImpersonationRecord {
  return {
    id,
    state: 'requested',
    grantHash,
    grantEndsAt: requestedAt + 60_000,
    clientId: 'ours',
    actorSub: 'olivia',
    actorUsername: 'olivia',
    subjectAsked: 'alice',
    requestedAt,
    expiresAt: 1,
  }
}
