// Warm functions: time and CPU per job.

import type { Processes, StandIn } from './processes.ts'
import { callsOf, sameCounts, type Tools } from './start-up.ts'
import { median, quantile } from './statistics.ts'
import type { Variant } from './variants.ts'

export interface Warm {
  p50: number
  p99: number
  /** CPU ms per job. */
  cpu: number
  jobs: number
  /** Median delay of a call, ms. */
  delay: number
}

export type Server = Awaited<ReturnType<Processes['serve']>>

/** Starts several processes per variant, because V8 compiles each differently. */
export async function serveAll(variants: readonly Variant[], { processes }: Tools, instances: number) {
  const servers: Server[] = []
  for (let instance = 0; instance < instances; instance++) {
    servers.push(...(await Promise.all(variants.map((variant) => processes.serve(variant)))))
  }
  return servers
}

/** @param load `delay` of each call, ms. */
export async function measureWarm(
  servers: readonly Server[],
  { standIn }: Tools,
  load: { rounds: number; jobs: number; delay?: number },
): Promise<Record<string, Warm>> {
  const measured = new Map(servers.map(({ variant }) => [variant.name, empty()]))
  // The first round warms up and is not counted.
  for (let round = 0; round <= load.rounds; round++) {
    for (const server of servers) {
      await standIn.turn(load.delay)
      const done = await server.run({ jobs: load.jobs, callers: 1 })
      const delays = await assertCalls(server.variant, standIn, load.jobs)
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

/** @returns the delays of its calls, ms. @throws Error if the calls are not those of the jobs. */
async function assertCalls({ name, kind }: Variant, standIn: StandIn, times: number): Promise<number[]> {
  const { calls, delays } = await standIn.turn()
  const { calls: wanted, remembered = {} } = callsOf(kind)
  const isTooOld = Object.keys(remembered).some((name) => name in calls)
  const asked = isTooOld ? without(remembered, calls) : calls
  if (!sameCounts({ asked, wanted, times }))
    throw new Error(`${name} made the calls ${JSON.stringify(calls)} in ${times} jobs`)
  return delays
}

function without(some: Record<string, number>, all: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(all).map(([name, count]) => [name, count - (some[name] ?? 0)]))
}
