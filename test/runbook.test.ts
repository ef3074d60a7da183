// Runs the commands of RUNBOOK.md's "See and end impersonations" against the local run.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { people } from '../infra/local/demo/people.ts'
import { sharedAssembly } from './support/assembly.ts'
import { startDeployment } from './support/deployment.ts'
import { withinOneDay } from './support/one-day.ts'

const runbook = readFileSync(new URL('../infra/docs/RUNBOOK.md', import.meta.url), 'utf8')
const day = 86_400_000
const dateIn = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString().slice(0, 10)

let deployment: Awaited<ReturnType<typeof startDeployment>>
beforeAll(async () => {
  deployment = await startDeployment({ assembly: await sharedAssembly({ approvalGroups: 'vips' }) })
})
afterAll(() => deployment?.close())

/** The commands under a heading of the runbook that start with `program`. */
function commandsUnder(heading: string, program: string): string[] {
  const [, section = ''] = runbook.split(`\n### ${heading}\n`)
  const [own = ''] = section.split(/\n##+ /)
  return [...own.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block = '']) =>
      block
        .trim()
        .replaceAll(/\\\n\s*/g, '')
        .split('\n'),
    )
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`${program} `))
}

/** @returns the arguments that the shell passes to the command's program */
function argumentsOf(command: string, values: Record<string, string>): string[] {
  const { outputs } = deployment
  const filled = command
    .replaceAll(/<(\w+)>/g, (_, name: string) => outputs[name as keyof typeof outputs] ?? '')
    .replaceAll('2026-10-01', dateIn(-day))
    .replaceAll('2026-11-01', dateIn(day))
    .replaceAll(/\b(IMPERSONATION-ID|SUB)\b/g, (name) => values[name] ?? '')
  const [program = ''] = filled.split(' ')
  const script = `${program}() { printf '%s\\0' "$@"; }; ${filled}`
  return execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { ...process.env, ...values } })
    .split('\0')
    .slice(0, -1)
}

/** The value of an option such as `--index-name`, or of each `-H`. */
const optionsOf = (args: string[], name: string) =>
  args.flatMap((arg, index) => (args[index - 1] === name ? [arg] : []))

/** Sends the request of a curl command. */
async function curl(args: string[]) {
  const [user] = optionsOf(args, '-u')
  const headers = Object.fromEntries(optionsOf(args, '-H').map((header) => header.split(': ') as [string, string]))
  if (user) {
    const { password } = people.find(({ username }) => username === user) ?? {}
    headers.Authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }
  const [method = 'GET'] = optionsOf(args, '-X')
  const response = await fetch(args.at(-1) ?? '', { method, headers })
  return { status: response.status, body: await response.json() }
}

/** Makes the call of an `aws dynamodb` command. @returns the ids of the items */
async function dynamoDb([, operation, ...args]: string[]) {
  const option = (name: string) => optionsOf(args, name)[0] ?? ''
  const json = (name: string) => JSON.parse(option(name))
  const TableName = option('--table-name')
  if (operation === 'get-item') {
    const { Item } = await deployment.dynamoDB.send(new GetItemCommand({ TableName, Key: json('--key') }))
    return [Item?.id?.S]
  }
  const { Items = [] } = await deployment.dynamoDB.send(
    new QueryCommand({
      TableName,
      IndexName: option('--index-name'),
      KeyConditionExpression: option('--key-condition-expression'),
      ExpressionAttributeValues: json('--expression-attribute-values'),
      ScanIndexForward: !args.includes('--no-scan-index-forward'),
    }),
  )
  return Items.map(({ id }) => id?.S)
}

const impersonateAlice = async () =>
  String((await deployment.impersonate('alice', undefined, { reason: 'ticket 7' })).headers.get('impersonation-id'))

/** Olivia asks to act as victor, which needs approval. */
const prepareVictor = async () => {
  const headers = { Authorization: (await deployment.signIn('olivia')).IdToken }
  const { status, body } = await deployment.send({
    path: '/auth/impersonations',
    headers,
    body: { username: 'victor', reason: 'ticket 7' },
  })
  expect([status, body.approvalRequired]).toEqual([201, true])
  return String(body.id)
}

const valuesFor = async (id: string) => {
  const auditor = people.find(({ groups }) => groups?.includes('impersonation-auditors'))?.username ?? ''
  return {
    API: deployment.outputs.ApiUrl,
    KEY: `X-API-Key: ${deployment.apiKey}`,
    AUDITOR: auditor,
    APPROVER: auditor,
    TOKEN: (await deployment.signIn(auditor as never)).IdToken,
    'IMPERSONATION-ID': id,
    SUB: await deployment.subOf('alice'),
  }
}

describe('by the API', () => {
  test.each(['Who is acting now', 'Who acted as alice last month, and why'])('%s', async (heading) => {
    const id = await impersonateAlice()
    const [command = ''] = commandsUnder(heading, 'curl')
    const { status, body } = await curl(argumentsOf(command, await valuesFor(id)))
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { impersonations: expect.arrayContaining([expect.objectContaining({ id, reason: 'ticket 7' })]) },
    })
  })

  test('One record', async () => {
    const id = await impersonateAlice()
    const [command = ''] = commandsUnder('One record', 'curl')
    expect(await curl(argumentsOf(command, await valuesFor(id)))).toMatchObject({
      status: 200,
      body: { id, live: true },
    })
  })

  test('Approve an impersonation', async () => {
    const id = await prepareVictor()
    const [list = '', approve = ''] = commandsUnder('Approve an impersonation', 'curl')
    const values = await valuesFor(id)
    expect(await curl(argumentsOf(list, values))).toMatchObject({
      status: 200,
      body: { impersonations: expect.arrayContaining([expect.objectContaining({ id, approvalRequired: true })]) },
    })
    expect(await curl(argumentsOf(approve, values))).toMatchObject({ status: 200, body: { id, approvedBy: {} } })
  })

  test('Stop one impersonation', async () => {
    const id = await impersonateAlice()
    const [command = ''] = commandsUnder('Stop one impersonation', 'curl')
    expect(await curl(argumentsOf(command, await valuesFor(id)))).toMatchObject({
      status: 200,
      body: { id, state: 'ended', live: false },
    })
  })

  test('Stop everything of one actor', async () => {
    const id = await impersonateAlice()
    const [command = ''] = commandsUnder('Stop everything of one actor', 'curl')
    const { status, body } = await curl(argumentsOf(command, await valuesFor(id)))
    expect(status).toBe(200)
    expect(body).toEqual({ ended: expect.any(Number) })
    expect(await deployment.record(id)).toMatchObject({ state: 'ended' })
  })
})

describe('by the AWS CLI', () => {
  const dynamoDbCommands = (heading: string) =>
    commandsUnder(heading, 'aws').filter((line) => line.includes(' dynamodb '))

  test.each(['Who acted as alice last month, and why', 'One record'])('%s', async (heading) => {
    const id = await impersonateAlice()
    const commands = dynamoDbCommands(heading)
    expect(commands).toHaveLength(1)
    for (const command of commands) expect(await dynamoDb(argumentsOf(command, await valuesFor(id)))).toContain(id)
  })

  test('Approve an impersonation: today', async () => {
    const [command = ''] = dynamoDbCommands('Approve an impersonation')
    const { id, found } = await withinOneDay(async () => {
      const id = await prepareVictor()
      return { id, found: await dynamoDb(argumentsOf(command, await valuesFor(id))) }
    })
    expect(found).toContain(id)
  })

  test('Who is acting now: today or tomorrow', async () => {
    const id = await impersonateAlice()
    const [today = ''] = dynamoDbCommands('Who is acting now')
    const tomorrow = today.replace('new Date()', 'new Date(Date.now() + 864e5)')
    expect(tomorrow).not.toBe(today)
    const values = await valuesFor(id)
    const found = await Promise.all([today, tomorrow].map((command) => dynamoDb(argumentsOf(command, values))))
    expect(found.flat()).toContain(id)
  })
})
