// A process that loads a bundle and sends it events, like an execution environment of Lambda. This file is bundled first, so
// that it loads almost nothing else. Without IPC it does one job. With IPC it does as many jobs as requested.

import { patchConsole } from '../../infra/local/lambda/console.ts'
import { type Facts, jobs, type Kind } from './jobs.ts'
import { redirect } from './redirect.ts'

export interface Order {
  /** The bundle's file that exports `handler`. */
  file: string
  kind: Kind
  facts: Facts
  /** The port that receives all calls of the function. */
  port: number
}

/** Measured since the bundle began to load: ms, CPU ms, resident bytes. */
export interface Moment {
  ms: number
  cpu: number
  resident: number
}

/** `loaded`: after loading the bundle and its on-demand parts. `answered`: after the first job. */
export interface Started {
  loaded: Moment
  answered: Moment
}

export interface Task {
  jobs: number
  /** Jobs at the same time. */
  callers: number
}

export interface Done {
  /** Per job. */
  ms: number[]
  /** All jobs together, ms. */
  elapsed: number
  cpu: number
  resident: number
}

type Handler = (event: unknown, context: object) => Promise<unknown>

const { file, kind, facts, port }: Order = JSON.parse(process.argv[2] ?? '')
redirect(port)
// No static imports: they would load modules that the measured bundle might not load.
const { openSync, writeSync } = process.getBuiltinModule('node:fs')
const { createRequire } = process.getBuiltinModule('node:module')

const job = jobs[kind](facts)
const events = job.events.map((event) => JSON.stringify(event))
const nowhere = openSync('/dev/null', 'w')
patchConsole(
  'INFO',
  () => undefined,
  (line) => writeSync(nowhere, `${JSON.stringify(line)}\n`),
)

const context = { awsRequestId: '', functionName: kind, getRemainingTimeInMillis: () => 30_000 }
const begun = performance.now()
const cpuBefore = process.cpuUsage()
const moment = (): Moment => ({
  ms: performance.now() - begun,
  cpu: cpuSince(cpuBefore),
  resident: process.memoryUsage.rss(),
})

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

// Lambda's runtime imports ES modules and requires other files.
const { handler }: { handler: Handler } = file.endsWith('.mjs') ? await import(file) : createRequire(file)(file)

async function work(sent: readonly string[]): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const event of sent) answers.push(await handler(JSON.parse(event), context))
  return answers
}

const before = await work(events.slice(0, job.starting))
const loaded = moment()
const after = await work(events.slice(job.starting))
const answered = moment()
job.check([...before, ...after])

if (process.send) {
  process.on('message', async (task: Task) => process.send?.(await repeat(task)))
  process.on('disconnect', () => process.exit())
  process.send({ loaded, answered } satisfies Started)
} else {
  writeSync(3, JSON.stringify({ loaded, answered } satisfies Started))
  process.exit()
}

async function repeat({ jobs, callers }: Task): Promise<Done> {
  const ms: number[] = []
  const answered: unknown[][] = []
  let left = jobs
  const start = performance.now()
  const cpu = process.cpuUsage()
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left-- > 0) {
        const asked = performance.now()
        answered.push(await work(events))
        ms.push(performance.now() - asked)
      }
    }),
  )
  const done = { ms, elapsed: performance.now() - start, cpu: cpuSince(cpu), resident: process.memoryUsage.rss() }
  for (const answers of answered) job.check(answers)
  return done
}
