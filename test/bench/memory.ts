// Resident memory of a function at start and after many jobs, per number of callers.

import type { Tools } from './start-up.ts'
import type { Variant } from './variants.ts'

export interface Memory {
  callers: number
  jobs: number
  /** Resident bytes: after loading, after the first job, after all jobs. */
  loaded: number
  first: number
  last: number
  /** Mean ms per job. */
  msEach: number
}

/** Uses a new process for each measurement. Lambda sends one event at a time to each environment. */
export async function measureMemory(
  variants: readonly Variant[],
  { processes, standIn }: Tools,
  loads: readonly { callers: number; jobs: number }[],
): Promise<Record<string, Memory[]>> {
  await standIn.turn()
  const measured: Record<string, Memory[]> = Object.fromEntries(variants.map(({ name }) => [name, []]))
  for (const { callers, jobs } of loads) {
    for (const variant of variants) {
      const { started, run, close } = await processes.serve(variant)
      const { resident: last, elapsed } = await run({ jobs, callers })
      close()
      const { loaded, answered } = started
      measured[variant.name]?.push({
        ...{ callers, jobs, loaded: loaded.resident, first: answered.resident, last },
        msEach: elapsed / jobs,
      })
    }
  }
  return measured
}
