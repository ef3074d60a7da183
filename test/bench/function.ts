// One execution environment of a function, as Lambda's: a process that loads a bundle and hands it events. This file is
// bundled before it is run, so that next to nothing else is loaded. Without IPC it does one job, else as many as it is told.

import { patchConsole } from '../../infra/local/lambda/console.ts'
import { type Facts, jobs, type Kind } from './jobs.ts'
import { redirect } from './redirect.ts'

export interface Order {
  /** The bundle's file that exports `handler`. */
  file: string
  kind: Kind
  facts: Facts
  /** Where every call of the function goes. */
  port: number
}

/** Since the bundle began to load: ms, CPU ms, resident bytes. */
export interface Moment {
  ms: number
  cpu: number
  resident: number
}

/** The bundle is loaded, and what it loads on demand; the first job is done. */
export interface Started {
  loaded: Moment
  answered: Moment
}

export interface Task {
  jobs: number
  /** How many are under way at once. */
  callers: number
}

export interface Done {
  /** Of each job. */
  ms: number[]
  /** Of all of them together. */
  elapsed: number
  cpu: number
  resident: number
}

type Handler = (event: unknown, context: object) => Promise<unknown>

const { file, kind, facts, port }: Order = JSON.parse(process.argv[2] ?? '')
redirect(port)
// An import of these would load much of what a bundle may or may not load.
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

// As Lambda's runtime does: an ES module is imported, another file is required.
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
