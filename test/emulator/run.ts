// `npm run test:emulator`: deploys to an AWS emulator, runs the acceptance tests, and deploys to existing pools.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { everySetting } from '../support/every-setting.ts'
import { pythonEnvironment } from '../support/python.ts'
import { type Case, runAcceptance } from './acceptance.ts'
import {
  bareEnvironment,
  bootstrap,
  bootstrapTemplate,
  createDemoPeople,
  deploy,
  environmentFor,
  useEmulatorAddresses,
} from './deployment.ts'
import { eventBus, eventProbes, testEvents } from './events.ts'
import { testExistingPool } from './existing-pool.ts'
import { lint } from './lint.ts'
import { type Emulator, startEmulator } from './ministack.ts'
import { testNextTriggers } from './next-triggers.ts'
import { testPackagedApp } from './packaged-app.ts'
import { tryEventsRole } from './permissions/events-role.ts'
import { impersonationProbes } from './permissions/impersonation-probes.ts'
import { oversightProbes } from './permissions/oversight-probes.ts'
import { tryOversightRole } from './permissions/oversight-role.ts'
import type { TriedPermission } from './permissions/prove.ts'
import { tryRecordsPolicy } from './permissions/records-policy.ts'
import { testPermissions } from './permissions/test-permissions.ts'
import { report } from './report.ts'
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
  const template = await step('Writing the bootstrap template', () =>
    bootstrapTemplate(folder, { env: bareEnvironment(folder), signal }),
  )
  emulator = await start()
  const { cases, tried } = await runOnOwnPool({ endpoint: emulator.endpoint, template })
  await emulator.stop()
  emulator = await start()
  const further = await runOnExistingPools({ endpoint: emulator.endpoint, template }, tried)
  report(cases, [...tried, ...further])
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

interface Target {
  endpoint: string
  /** The file of the bootstrap template. */
  template: string
}

function start(): Promise<Emulator> {
  return step('Starting MiniStack', () => startEmulator(bareEnvironment(folder), signal))
}

async function runOnOwnPool({ endpoint, template }: Target): Promise<{ cases: Case[]; tried: TriedPermission[] }> {
  const options = { env: environmentFor({ endpoint, folder }), signal }
  const assembly = join(folder, 'cdk.out')
  await step('Bootstrapping', () => bootstrap(template, options))
  const outputsFile = await step('Deploying', () => deploy(assembly, options, { approvalGroups: 'vips', eventBus }))
  await step('Linting the template', () => lint(assembly, options))
  const { outputs, apiKey, resourceServerKey } = await step('Creating the demo people', async () => {
    const found = await useEmulatorAddresses({ outputsFile, endpoint })
    await createDemoPeople(outputsFile, options)
    return found
  })
  const cases = await runAcceptance({ outputsFile, apiKey, resourceServerKey, folder }, Object.keys(unproven), options)
  await step('Reading the events of an impersonation', () => testEvents({ outputs, apiKey, signal, endpoint }))
  const tried = await step('Taking away each permission of the API’s functions, the triggers and the events', () =>
    testPermissions({ endpoint, assembly }, async (functionNames) => {
      const access = { outputs, apiKey, signal }
      return {
        ...(await impersonationProbes(access)),
        ...(await oversightProbes({ ...access, resourceServerKey, endpoint, functionNames })),
        ...(await eventProbes({ ...access, endpoint })),
      }
    }),
  )
  await step("Trying the policies of oversight's role", () => tryOversightRole({ endpoint, outputs }))
  await step("Trying the policies of the events' role", () => tryEventsRole({ endpoint, outputs }))
  await step("Trying the records table's policy", () =>
    tryRecordsPolicy({ endpoint, tableName: outputs.RecordsTableName }),
  )
  await step('Updating the stack to every setting, and linting its template', async () => {
    const changed = join(folder, 'every-setting')
    await deploy(changed, options, { ...everySetting, eventBus })
    await lint(changed, options)
  })
  return { cases, tried }
}

async function runOnExistingPools(
  { endpoint, template }: Target,
  triedBefore: readonly TriedPermission[],
): Promise<TriedPermission[]> {
  const options = { env: environmentFor({ endpoint, folder }), signal }
  await step('Bootstrapping', () => bootstrap(template, options))
  const tried = await testExistingPool({ endpoint, folder, triedBefore }, options, step)
  const further = await testNextTriggers({ endpoint, folder, triedBefore: [...triedBefore, ...tried] }, options, step)
  await step('Deploying the example app with the npm package', () => testPackagedApp({ endpoint, folder }, options))
  return [...tried, ...further]
}

async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now()
  process.stdout.write(`${name} … `)
  const result = await work()
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`)
  return result
}
