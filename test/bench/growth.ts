// Growth: time of an impersonation with more callers and with more records in the table.

import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { type Deployment, startDeployment } from './deployment.ts'
import { median } from './statistics.ts'

export interface Growth {
  callers: number
  records: number
  /** Elapsed time divided by the number of impersonations. */
  msEach: number
  p50: number
}

const callers = [1, 10, 100]

/** Measures the whole flow on two local runs in turns: one with a single record, one with many. */
export async function measureGrowth(assembly: string, load: { records: number; rounds: number }): Promise<Growth[]> {
  const runs: { deployment: Deployment; records: number; idToken: string }[] = []
  try {
    for (const records of [1, load.records]) {
      const deployment = await startDeployment({ assembly })
      await fill(deployment, records)
      runs.push({ deployment, records, idToken: (await deployment.signIn('olivia')).IdToken })
    }
    const measured = callers.flatMap((number) =>
      runs.map((run) => ({ ...run, callers: number, each: [] as number[], ms: [] as number[] })),
    )
    for (let round = 0; round <= load.rounds; round++) {
      for (const entry of measured) {
        const begun = performance.now()
        const ms = await repeat(entry.deployment, entry.idToken, {
          callers: entry.callers,
          times: Math.max(20, entry.callers),
        })
        if (round === 0) continue
        entry.each.push((performance.now() - begun) / ms.length)
        entry.ms.push(...ms)
      }
    }
    return measured.map(({ callers, records, each, ms }) => ({
      callers,
      records,
      msEach: median(each),
      p50: median(ms),
    }))
  } finally {
    await Promise.all(runs.map(({ deployment }) => deployment.close()))
  }
}

async function repeat(
  deployment: Deployment,
  idToken: string,
  { callers, times }: { callers: number; times: number },
): Promise<number[]> {
  const ms: number[] = []
  let left = times
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left-- > 0) {
        const begun = performance.now()
        const { status } = await deployment.impersonate(idToken, { username: 'alice' })
        if (status !== 200) throw new Error(`growth: status ${status}`)
        ms.push(performance.now() - begun)
      }
    }),
  )
  return ms
}

/** Fills the table with records of impersonations. */
async function fill({ dynamoDB, outputs }: Deployment, records: number): Promise<void> {
  for (let from = 0; from < records; from += 25) {
    const requests = Array.from({ length: Math.min(25, records - from) }, (_, index) => ({
      PutRequest: { Item: marshall(record(from + index)) },
    }))
    await dynamoDB.send(new BatchWriteItemCommand({ RequestItems: { [outputs.RecordsTableName]: requests } }))
  }
}

function record(index: number) {
  return {
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    state: 'issued',
    grantHash: 'A'.repeat(43),
    grantEndsAt: index,
    actorSub: `actor-${index % 50}`,
    actorUsername: 'somebody',
    subjectAsked: 'somebody-else',
    subjectSub: `subject-${index}`,
    requestedAt: index,
    reason: 'a record of some length, as a reason makes it',
    expiresAt: 4_000_000_000,
  }
}
