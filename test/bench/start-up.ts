// Start-up: loading a bundle in a new process, and its first job.

import type { Moment, Started } from './function.ts'
import { type Job, jobs, type Kind } from './jobs.ts'
import type { Processes, StandIn } from './processes.ts'
import { median, quantile } from './statistics.ts'
import type { Variant } from './variants.ts'

export interface StartUp {
  /** Until the bundle and its on-demand parts are loaded. */
  loaded: { ms: number; p10: number; p90: number; cpu: number; resident: number }
  /** Until the first job is done: with immediate answers, and (`delayedMs`) with delayed answers. */
  answered: { ms: number; cpu: number; delayedMs: number }
  /** Connections that the first job opens. On AWS each needs a TLS handshake. */
  connections: number
}

export interface Tools {
  processes: Processes
  standIn: StandIn
}

export async function measureStartUp(
  variants: readonly Variant[],
  { processes, standIn }: Tools,
  load: { rounds: number; delay: number },
): Promise<Record<string, StartUp>> {
  const starts = variants.map((variant) => ({ variant, atOnce: [] as Started[], delayed: [] as Started[], opened: 0 }))
  for (let round = 0; round < load.rounds; round++) {
    for (const start of starts) {
      for (const [delay, into] of [
        [0, start.atOnce],
        [load.delay, start.delayed],
      ] as const) {
        await standIn.turn(delay)
        into.push(await processes.startOnce(start.variant))
        start.opened = await assertCalls(start.variant, standIn)
      }
    }
  }
  return Object.fromEntries(
    starts.map(({ variant, atOnce, delayed, opened }) => [variant.name, summary({ atOnce, delayed }, opened)]),
  )
}

/** @returns the number of opened connections. @throws Error if the calls are not those of the job. */
async function assertCalls({ name, kind }: Variant, standIn: StandIn): Promise<number> {
  const { calls, connections } = await standIn.turn()
  const { jwks = 0, ...asked } = calls
  const { calls: wanted, remembered = {} } = callsOf(kind)
  if (jwks > 1 || !sameCounts({ asked, wanted: { ...wanted, ...remembered } }))
    throw new Error(`${name} made the calls ${JSON.stringify(calls)} in its first job`)
  return connections
}

export function callsOf(kind: Kind): Pick<Job, 'calls' | 'remembered'> {
  return jobs[kind]({ idToken: '', accessToken: '', impersonationClientId: '' })
}

type Calls = Record<string, number>

/** True if `asked` has exactly the calls of `times` jobs, each with the `wanted` calls. */
export function sameCounts({ asked, wanted, times = 1 }: { asked: Calls; wanted: Calls; times?: number }): boolean {
  const names = new Set([...Object.keys(asked), ...Object.keys(wanted)])
  return [...names].every((name) => (asked[name] ?? 0) === (wanted[name] ?? 0) * times)
}

function summary({ atOnce, delayed }: Record<'atOnce' | 'delayed', Started[]>, connections: number): StartUp {
  const loaded = [...atOnce, ...delayed].map((started) => started.loaded)
  const of = (moments: Moment[], field: keyof Moment) => moments.map((moment) => moment[field])
  const answered = atOnce.map((started) => started.answered)
  return {
    loaded: {
      ms: median(of(loaded, 'ms')),
      p10: quantile(of(loaded, 'ms'), 0.1),
      p90: quantile(of(loaded, 'ms'), 0.9),
      cpu: median(of(loaded, 'cpu')),
      resident: median(of(loaded, 'resident')),
    },
    answered: {
      ms: median(of(answered, 'ms')),
      cpu: median(of(answered, 'cpu')),
      delayedMs: median(delayed.map((started) => started.answered.ms)),
    },
    connections,
  }
}
