// Last part of `npm run test:attack`: schemathesis sends requests made from infra/docs/openapi.yaml to the local run.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDemoPeople } from '../../infra/local/demo/people.ts'
import { runLocally } from '../../infra/local/run.ts'
import { connect, type Outputs } from '../acceptance/target.ts'
import { root } from '../support/commands.ts'
import { pythonEnvironment } from '../support/python.ts'

/** Schemathesis checks that contradict the contract, each with the reason. */
const leftOut: Record<string, string> = {
  unsupported_method: 'it expects 405 for other methods, the contract says 404',
  positive_data_acceptance: 'it reads 422 as an invalid body, here 422 means that nobody can act as this user',
}

const { SEED = String(Math.floor(Math.random() * 2 ** 31)), EXAMPLES = '500' } = process.env
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort())

try {
  const python = pythonEnvironment('fuzz')
  await python.install({ env: process.env, signal: stop.signal })
  const schemathesis = python.program('schemathesis')
  const unlimited = { rate: 10_000, burst: 5_000 }
  const context = { throttle: unlimited, stageThrottle: unlimited, quota: { limit: 1_000_000, period: 'DAY' } }
  const local = await runLocally({ context })
  try {
    const outputs = local.outputs as unknown as Outputs
    await makeDemoPeople(connect(outputs).cognito, outputs.UserPoolId)
    await fuzz(schemathesis, outputs.ApiUrl, String(Object.values(local.apiKeys)[0]))
  } finally {
    await local.close()
  }
} catch (error) {
  process.exitCode = 1
  console.error(`\n${error instanceof Error ? error.message : error}`)
}

/** @throws Error if an answer differs from the document. */
async function fuzz(schemathesis: string, url: string, apiKey: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-')) // schemathesis writes files into its working folder
  const settings = {
    url,
    header: `X-API-Key: ${apiKey}`,
    auth: 'olivia:Olivia-Local-1!',
    checks: 'all',
    'exclude-checks': Object.keys(leftOut).join(),
    phases: 'examples,coverage,fuzzing',
    'max-examples': EXAMPLES,
    seed: SEED,
    'request-timeout': '30',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const child = spawn(schemathesis, ['run', join(root, 'infra/docs/openapi.yaml'), ...options, '--no-color'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    signal: stop.signal,
  })
  const [code] = await once(child, 'close')
  rmSync(folder, { recursive: true, force: true })
  if (code !== 0) throw new Error('schemathesis found answers that differ from infra/docs/openapi.yaml')
  for (const [check, reason] of Object.entries(leftOut)) console.log(`left out: ${check}, because ${reason}`)
}
