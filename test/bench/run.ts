// `npm run bench`: compares the functions with the same work written by hand, measured in turns. Needs openssl.
// --json F: output file. --beside name=DIR: also measures another cloud assembly. --quick: fewer rounds.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { synthesize } from '../../infra/synthesize.ts'
import { countCalls } from './calls.ts'
import { goals } from './goals.ts'
import { measureGrowth } from './growth.ts'
import { measureMemory } from './memory.ts'
import { processes, startStandIn } from './processes.ts'
import { table } from './report.ts'
import { sizeOf } from './sizes.ts'
import { measureStartUp } from './start-up.ts'
import { bundleHost, byHand, ours, readAssembly } from './variants.ts'
import { measureWarm, serveAll } from './warm.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'string', default: join(tmpdir(), 'impersonation-bench.json') },
    beside: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
  },
})
const delay = 20
const quick = values.quick ? 5 : 1
const begun = performance.now()
const say = (text: string) => process.stderr.write(`${Math.round((performance.now() - begun) / 1000)} s: ${text}\n`)

const directory = mkdtempSync(join(tmpdir(), 'impersonation-bench-'))
try {
  say('bundling')
  const assembly = join(directory, 'ours')
  synthesize({ outdir: assembly })
  const { environment } = readAssembly(assembly).endpoint
  const variants = [
    ...byHand(join(directory, 'by-hand'), environment),
    ...ours(assembly),
    ...values.beside.flatMap((beside) => {
      const [label = '', folder = ''] = beside.split('=')
      return ours(folder, label)
    }),
  ]
  const host = await bundleHost(directory)
  // A ticket is a second job of the endpoint, not another function.
  const functions = variants.filter(({ kind }) => kind !== 'ticket')
  const sizes = Object.fromEntries(functions.map((variant) => [variant.name, sizeOf(variant)]))

  say('counting calls')
  const calls = await countCalls(assembly)
  say('measuring growth')
  const growth = await measureGrowth(assembly, { records: 10_000 / quick, rounds: 5 / quick })

  const standIn = await startStandIn(placeOf(environment))
  const { idToken, accessToken } = standIn
  const facts = { idToken, accessToken, impersonationClientId: environment.IMPERSONATION_CLIENT_ID ?? '' }
  const tools = { standIn, processes: processes({ directory, host }, facts, standIn) }
  say('measuring start-up')
  const startUp = await measureStartUp(functions, tools, { rounds: 25 / quick, delay })
  say('measuring warm functions')
  const working = variants.filter(({ kind, name }) => kind !== 'empty' && !name.endsWith('CDK defaults'))
  const servers = await serveAll(working, tools, 3)
  const atOnce = await measureWarm(servers, tools, { rounds: 30 / quick, jobs: 50 })
  const delayed = await measureWarm(servers, tools, { rounds: 10 / quick, jobs: 10, delay })
  for (const server of servers) server.close()
  say('measuring memory')
  const loads = [
    { callers: 1, jobs: 10_000 / quick },
    { callers: 1, jobs: 1_000 / quick },
    { callers: 10, jobs: 1_000 / quick },
    { callers: 100, jobs: 1_000 / quick },
  ]
  const memory = await measureMemory(
    working.filter((variant) => functions.includes(variant)),
    tools,
    loads,
  )
  standIn.close()

  const results = { startUp, warm: { atOnce, delayed }, calls, sizes }
  const report = { ...results, memory, growth, goals: goals(results) }
  const [{ model } = { model: '' }] = cpus()
  const machine = { node: process.version, arch: arch(), cpu: model, cores: availableParallelism() }
  writeFileSync(values.json, JSON.stringify({ at: new Date().toISOString(), machine, delay, ...report }, null, 2))
  process.stdout.write(`${table(report)}\n\n${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}\n`)
  say(`wrote all results to ${values.json}`)
} finally {
  rmSync(directory, { recursive: true })
}

function placeOf(environment: Record<string, string>) {
  const { USER_POOL_ID, ACTOR_CLIENT_ID, IMPERSONATION_CLIENT_ID, IMPERSONATORS_GROUP } = environment
  if (!USER_POOL_ID || !ACTOR_CLIENT_ID || !IMPERSONATION_CLIENT_ID || !IMPERSONATORS_GROUP) {
    throw new Error('the endpoint’s environment lacks a required variable')
  }
  return {
    userPoolId: USER_POOL_ID,
    actorClientId: ACTOR_CLIENT_ID,
    impersonationClientId: IMPERSONATION_CLIENT_ID,
    impersonatorsGroup: IMPERSONATORS_GROUP,
  }
}
