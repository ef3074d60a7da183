// An impersonation that is ended gets no session, whatever runs at the same moment.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { createOversightRecords } from '../lambda/oversight/records.ts'
import { createRecords } from '../lambda/records.ts'
import { claimsOf } from './acceptance/client.ts'
import { inProcessDynamoDB } from './support/in-process.ts'
import { MemoryTable } from './support/memory-table.ts'
import { delayed, randomTurns } from './support/random-turns.ts'
import { requestedRecord } from './support/requested-record.ts'
import { ways } from './support/ways.ts'
import { type Answer, audrey, calm, createWorld, type World } from './support/world.ts'

const races = 200
const table = delayed(new MemoryTable().perform)

describe('end against redeem, issue and discard', () => {
  test(`leaves no session after the end, in ${races} races`, async () => {
    const options = { dynamoDB: inProcessDynamoDB(table), tableName: 'records', timeout: 5_000, now: Date.now }
    const [records, oversight] = [createRecords(options), createOversightRecords(options)]
    const alice = { sub: 'sub-of-alice', username: 'alice' }
    const outcomes = new Map<string, number>()
    for (let race = 0; race < races; race++) {
      const { grant, record } = requestedRecord()
      await records.put(record)
      const session = { id: grant.id, clientId: 'ours', subjectSub: alice.sub, sessionLength: 3_600_000 }
      const mint = async () => {
        const redeemed = await records.redeem({ grant, clientId: 'ours', nonce: 'n', subject: alice })
        return redeemed && (await records.issue(session)) !== undefined
      }
      const discard = async () => {
        await randomTurns(40)
        if (race % 2 === 0) await records.discard(grant.id, 'TokensUnfit')
      }
      const minting = mint()
      const end = async () => {
        await (race % 10 === 9 ? minting : randomTurns(25))
        return oversight.end(grant.id, audrey)
      }
      const [minted, ended] = await Promise.all([minting, end(), discard()])
      const after = await records.read(grant.id)
      // The end is final: neither `issue` nor `discard` overwrote it.
      expect(after?.state === 'ended').toBe(after?.endedAt !== undefined)
      expect(ended?.state === 'ended').toBe(after?.state === 'ended')
      expect(after?.issuedAt !== undefined).toBe(minted)
      if (ended?.state === 'ended') {
        expect(ended.issuedAt).toBe(after?.issuedAt)
        expect(await records.issue(session)).toBeUndefined()
      }
      const outcome = `${after?.state}, ${minted ? 'issued' : 'not issued'}`
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    // The races were real: the end came before the issue, and after it.
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['ended, issued', 'ended, not issued']))
  }, 300_000)
})

describe('end against a whole mint', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld({}, undefined, table)
  })

  test.each(ways)(
    `%s, hands over no session that was issued after the end, in ${races} races`,
    async (way) => {
      const signedIn = await world.perform('AdminInitiateAuth', {
        UserPoolId: world.pool.definition.id,
        ClientId: 'actors',
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: 'olivia', PASSWORD: 'Olivia-Local-1!' },
      })
      const { IdToken } = (signedIn as { AuthenticationResult: { IdToken: string } }).AuthenticationResult
      const outcomes = new Map<string, number>()
      for (let race = 0; race < races; race++) {
        const endAt = 1 + (race % (way === 'with a ticket' ? 12 : 8))
        let calls = 0
        await world.reset({ ...calm, ends: () => ++calls === endAt })
        const answer = (await world.impersonate(way, { headers: { Authorization: [IdToken] } })) as Answer
        const [ended] = await Promise.all(world.seen.ends)
        const record = await world.oversight.read(world.seen.ids[0] ?? '')
        expect(record?.state === 'ended').toBe(record?.endedAt !== undefined)
        expect(ended?.state === 'ended').toBe(record?.state === 'ended')
        const code = answer.headers['Impersonation-Error']
        if (answer.statusCode === 200) {
          // Issued before the end. Resource servers that introspect refuse it, since the record says `ended`.
          expect(record?.issuedAt).toEqual(expect.any(Number))
          const { accessToken } = answer.body.session as { accessToken: string }
          expect(claimsOf(accessToken)).toMatchObject({ impersonation_id: record?.id })
        } else {
          expect([
            [403, 'ImpersonationEnded'],
            ...(way === 'with a ticket' ? [[401, 'TicketInvalid']] : []),
          ]).toContainEqual([answer.statusCode, code])
          expect(record).toMatchObject({ state: 'ended' })
          expect(record).not.toHaveProperty('issuedAt')
        }
        const outcome = `${record?.state}, ${answer.statusCode}`
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
      expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['ended, 403', 'ended, 200']))
    },
    300_000,
  )
})
