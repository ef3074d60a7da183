// Resident memory of a function: at the start, and after many jobs, by how many were under way at once.

import type { Means } from './start-up.ts'
import type { Variant } from './variants.ts'

export interface Memory {
  callers: number
  jobs: number
  /** Bytes: loaded, after the first job, after all of them. */
  loaded: number
  first: number
  last: number
  /** Of all jobs, ms. */
  msEach: number
}

/** Each in a fresh process. Lambda itself has one caller in each. */
export async function measureMemory(
  variants: readonly Variant[],
  { processes, standIn }: Means,
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
