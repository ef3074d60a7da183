// `npm run test:emulator`: deploys to an AWS emulator, runs the acceptance tests, and deploys to an existing pool.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pythonEnvironment } from '../support/python.ts'
import { runAcceptance } from './acceptance.ts'
import {
  bareEnvironment,
  bootstrap,
  createDemoPeople,
  deploy,
  environmentFor,
  useEmulatorAddresses,
} from './deployment.ts'
import { testExistingPool } from './existing-pool.ts'
import { lint } from './lint.ts'
import { type Emulator, startEmulator } from './ministack.ts'
import { unproven } from './unproven.ts'

// The CDK CLI and the functions use the same Node.js as this process.
process.env.PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => stop.abort(new Error(`stopped by ${name}`)))
}
const { signal } = stop

let emulator: Emulator | undefined
try {
  await step('Installing MiniStack and cfn-lint', () =>
    pythonEnvironment('emulator').install({ env: process.env, signal }),
  )
  for (const test of [runOnOwnPool, runOnExistingPool]) {
    await emulator?.stop()
    emulator = await step('Starting MiniStack', () => startEmulator(bareEnvironment(folder), signal))
    await test(emulator.endpoint)
  }
} catch (error) {
  process.exitCode = 1
  const failure = signal.aborted ? signal.reason : error
  if (emulator && !signal.aborted)
    console.error(`\nMiniStack's last lines:\n${emulator.log().split('\n').slice(-40).join('\n')}`)
  console.error(`\n${failure instanceof Error ? failure.message : failure}`)
} finally {
  await emulator?.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function runOnOwnPool(endpoint: string): Promise<void> {
  const options = { env: environmentFor(endpoint, folder), signal }
  const assembly = join(folder, 'cdk.out')
  await step('Bootstrapping', () => bootstrap(options))
  const outputsFile = await step('Deploying', () => deploy(assembly, options))
  await step('Linting the template', () => lint(assembly, options))
  const apiKey = await step('Creating the demo people', async () => {
    const value = await useEmulatorAddresses(outputsFile, endpoint)
    await createDemoPeople(outputsFile, options)
    return value
  })
  const names = Object.keys(unproven)
  const cases = await runAcceptance({ outputsFile, apiKey, folder }, names, options)
  console.log(`\nLeft out, because MiniStack differs from AWS:`)
  for (const [name, reason] of Object.entries(unproven)) console.log(`  ${name}: ${reason}`)
  console.log(`\n${cases.length - names.length} passed, 0 failed, ${names.length} skipped`)
}

async function runOnExistingPool(endpoint: string): Promise<void> {
  const options = { env: environmentFor(endpoint, folder), signal }
  await step('Bootstrapping', () => bootstrap(options))
  await testExistingPool(endpoint, folder, options, step)
}

async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now()
  process.stdout.write(`${name} … `)
  const result = await work()
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`)
  return result
}
