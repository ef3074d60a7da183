// Warm: what a function adds to the calls that it makes.

import { jobs } from './jobs.ts'
import type { Processes, StandIn } from './processes.ts'
import { type Means, sameCounts } from './start-up.ts'
import { median, quantile } from './statistics.ts'
import type { Variant } from './variants.ts'

export interface Warm {
  p50: number
  p99: number
  /** ms a job */
  cpu: number
  jobs: number
  /** What each call was delayed by, ms. */
  delay: number
}

export type Server = Awaited<ReturnType<Processes['serve']>>

/** Several processes of each, since no two of them are compiled alike. */
export async function serveAll(variants: readonly Variant[], { processes }: Means, instances: number) {
  const servers: Server[] = []
  for (let instance = 0; instance < instances; instance++) {
    servers.push(...(await Promise.all(variants.map((variant) => processes.serve(variant)))))
  }
  return servers
}

/** @param load `delay` of each call, ms. */
export async function measureWarm(
  servers: readonly Server[],
  { standIn }: Means,
  load: { rounds: number; jobs: number; delay?: number },
): Promise<Record<string, Warm>> {
  const measured = new Map(servers.map(({ variant }) => [variant.name, empty()]))
  // The first round warms up, its figures are dropped.
  for (let round = 0; round <= load.rounds; round++) {
    for (const server of servers) {
      await standIn.turn(load.delay)
      const done = await server.run({ jobs: load.jobs, callers: 1 })
      const delays = await assertAsked(server.variant, standIn, load.jobs)
      const figures = measured.get(server.variant.name)
      if (round === 0 || !figures) continue
      figures.ms.push(...done.ms)
      figures.cpu.push(done.cpu / load.jobs)
      figures.delays.push(...delays)
    }
  }
  return Object.fromEntries(
    [...measured].map(([name, { ms, cpu, delays }]) => [
      name,
      { p50: median(ms), p99: quantile(ms, 0.99), cpu: median(cpu), jobs: ms.length, delay: median(delays) },
    ]),
  )
}

const empty = () => ({ ms: [] as number[], cpu: [] as number[], delays: [] as number[] })

/** @returns how long its calls were delayed. */
async function assertAsked({ name, kind }: Variant, standIn: StandIn, times: number): Promise<number[]> {
  const { calls, delays } = await standIn.turn()
  const wanted = jobs[kind]({ idToken: '', impersonationClientId: '' }).calls
  if (!sameCounts(calls, wanted, times)) throw new Error(`${name} asked ${JSON.stringify(calls)} in ${times} jobs`)
  return delays
}
