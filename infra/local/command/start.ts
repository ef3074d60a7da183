// `npm start`: runs the stack with the demo people on this machine.
// Ports: PORT (default 3000) and COGNITO_PORT (9229). Options, as in the CDK CLI: --outputs-file F and -c name=value.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { stackLocation } from '../account.ts'
import { localAccess } from '../client-access.ts'
import { synthesizeInto } from '../cloudformation/assembly.ts'
import { makeDemoPeople } from '../demo/people.ts'
import { type LocalRun, runLocally } from '../run.ts'
import { checkPorts, readPort } from './ports.ts'
import { createReport } from './report.ts'
import { welcome } from './welcome.ts'

/** True while the last line of the terminal is the name of a running step. */
let isLineOpen = false

const assembly = mkdtempSync(join(tmpdir(), 'impersonation-'))
process.on('exit', () => rmSync(assembly, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(0))

try {
  await start()
} catch (error) {
  console.error(styleText('red', error instanceof Error ? error.message : String(error), { stream: process.stderr }))
  process.exit(1)
}

async function start(): Promise<void> {
  const { outputsFile, context } = readArguments()
  const port = readPort(process.env, 'PORT', 3000)
  const cognitoPort = readPort(process.env, 'COGNITO_PORT', 9229)
  await checkPorts({ PORT: port, COGNITO_PORT: cognitoPort })

  await step('Synthesizing the stack', () => synthesizeInto(assembly, context))
  const log = createReport({ write: printLine })
  const run = await step('Starting API, functions, user pool and table', () =>
    runLocally({ assembly, port, cognitoPort, log }),
  )
  await step('Creating the demo people', () => createPeople(run))
  if (outputsFile)
    writeFileSync(outputsFile, `${JSON.stringify({ [stackLocation.stackName]: run.outputs }, null, 2)}\n`)
  console.log(`Ready in ${process.uptime().toFixed(1)} s`)
  console.log(welcome(run))
}

function readArguments(): { outputsFile: string | undefined; context: Record<string, string> } {
  const { values } = parseArgs({
    options: { 'outputs-file': { type: 'string' }, context: { type: 'string', short: 'c', multiple: true } },
  })
  const context = (values.context ?? []).map((pair) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined || value === undefined) throw new Error(`-c needs name=value, not ${pair}`)
    return [name, value] as const
  })
  return { outputsFile: values['outputs-file'], context: Object.fromEntries(context) }
}

async function createPeople({ outputs, settings }: LocalRun): Promise<void> {
  const cognito = new CognitoIdentityProviderClient(localAccess(stackLocation.region, outputs.CognitoEndpoint ?? ''))
  const { impersonatorsGroup, protectedGroups } = settings
  await makeDemoPeople(cognito, outputs.UserPoolId ?? '', {
    impersonators: impersonatorsGroup,
    admins: protectedGroups.find((group) => group !== impersonatorsGroup),
  })
  cognito.destroy()
}

/** Prints the name of a step, does its work, and prints how long it took. */
async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now()
  process.stdout.write(`${name} … `)
  isLineOpen = true
  const result = await work()
  const seconds = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
  if (isLineOpen) console.log(seconds)
  else console.log(`${name}: ${seconds}`)
  isLineOpen = false
  return result
}

/** Prints a line of the report on a line of its own, also while a step is running. */
function printLine(line: string): void {
  if (isLineOpen) process.stdout.write('\n')
  isLineOpen = false
  console.log(line)
}
