// `npm run test:fuzz`: schemathesis sends requests made from infra/docs/openapi.yaml to the local run.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AdminInitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider'
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
    await fuzz(schemathesis, {
      url: outputs.ApiUrl,
      apiKey: String(Object.values(local.apiKeys)[0]),
      resourceServerKey: String(Object.values(local.resourceServerKeys)[0]),
      auditorToken: await idTokenOf('audrey', 'Audrey-Local-1!', outputs),
    })
  } finally {
    await local.close()
  }
} catch (error) {
  process.exitCode = 1
  console.error(`\n${error instanceof Error ? error.message : error}`)
}

interface Access {
  url: string
  apiKey: string
  resourceServerKey: string
  auditorToken: string
}

async function idTokenOf(USERNAME: string, PASSWORD: string, outputs: Outputs): Promise<string> {
  const command = new AdminInitiateAuthCommand({
    UserPoolId: outputs.UserPoolId,
    ClientId: outputs.ActorClientId,
    AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME, PASSWORD },
  })
  return String((await connect(outputs).cognito.send(command)).AuthenticationResult?.IdToken)
}

/** Each operation's own credentials, in the form of schemathesis' configuration file. */
function credentials({ apiKey, resourceServerKey, auditorToken }: Access): string {
  const basic = `Basic ${Buffer.from('olivia:Olivia-Local-1!').toString('base64')}`
  const oversight = ['listImpersonations', 'readImpersonation', 'endImpersonation', 'endImpersonations']
  const operation = (id: string, headers: Record<string, string>) =>
    `[[operations]]\ninclude-operation-id = ${JSON.stringify(id)}\nheaders = { ${Object.entries(headers)
      .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
      .join(', ')} }\n`
  return [
    ...['impersonateUser', 'prepareImpersonation'].map((id) =>
      operation(id, { 'X-API-Key': apiKey, Authorization: basic }),
    ),
    ...oversight.map((id) => operation(id, { 'X-API-Key': apiKey, Authorization: auditorToken })),
    operation('introspectToken', { 'X-API-Key': resourceServerKey }),
  ].join('\n')
}

/** @throws Error if an answer differs from the document. */
async function fuzz(schemathesis: string, access: Access): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-')) // schemathesis writes files into its working folder
  writeFileSync(join(folder, 'schemathesis.toml'), credentials(access))
  const settings = {
    url: access.url,
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
