// Two redeems of one ticket open one session.

import { expect, test } from '@jest/globals'
import { createForge } from './support/forge.ts'
import { MemoryTable } from './support/memory-table.ts'
import { delayed } from './support/random-turns.ts'
import { type Answer, createWorld } from './support/world.ts'

const races = 200

test(`exactly one of two redeems gets the session, in ${races} races`, async () => {
  const world = await createWorld({}, undefined, delayed(new MemoryTable().perform))
  const { token } = createForge(world)
  const winners = new Set<number>()
  for (let race = 0; race < races; race++) {
    await world.reset()
    const prepared = (await world.prepare({ headers: { Authorization: [token()] } })) as Answer
    const redeem = async (turns: number) => {
      for (let turn = turns; turn > 0; turn--) await new Promise(setImmediate)
      return (await world.redeem(prepared.body.ticket)) as Answer
    }
    const answers = await Promise.all([redeem(race % 3), redeem(race % 2)])
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401])
    expect(world.seen.cognitoCalls.filter((call) => call === 'AdminRespondToAuthChallenge')).toHaveLength(1)
    expect(await world.oversight.read(String(prepared.body.id))).toMatchObject({ state: 'issued' })
    winners.add(answers.findIndex(({ statusCode }) => statusCode === 200))
  }
  // The races were real.
  expect(winners.size).toBe(2)
}, 300_000)
