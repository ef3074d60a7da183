import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminListGroupsForUserCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { localAccess } from '../../../../infra/local/client-access.ts'
import { type Cognito, startCognito } from '../../../../infra/local/cognito/server.ts'
import { demoApiKey, demoResourceKey, makeDemoPeople, people } from '../../../../infra/local/demo/people.ts'
import { poolKeys } from '../../../support/pool-keys.ts'

const UserPoolId = 'us-east-1_demo00001'
const ClientId = 'democlient0000000000000001'
const script = new URL('../../../../infra/local/demo/make-people.ts', import.meta.url).pathname

let server: Cognito
let cognito: CognitoIdentityProviderClient
let folder: string

beforeEach(async () => {
  const properties = { ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] }
  server = await startCognito({
    port: 0,
    userPools: [
      {
        id: UserPoolId,
        arn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${UserPoolId}`,
        region: 'us-east-1',
        account: '000000000000',
        properties: { AliasAttributes: ['email'] },
        clients: [{ id: ClientId, properties }],
        groups: ['impersonators', 'impersonation-auditors', 'admins', 'support', 'audit'].map((GroupName) => ({
          GroupName,
        })),
      },
    ],
    invoke: async () => ({ kind: 'denied' }),
    keys: poolKeys,
  })
  cognito = new CognitoIdentityProviderClient(localAccess('us-east-1', server.url))
  folder = mkdtempSync(join(tmpdir(), 'demo-'))
})
afterEach(async () => {
  cognito.destroy()
  await server.close()
  rmSync(folder, { recursive: true })
})

const userOf = (Username: string) => cognito.send(new AdminGetUserCommand({ UserPoolId, Username }))
const groupsOf = async (Username: string) => {
  const { Groups = [] } = await cognito.send(new AdminListGroupsForUserCommand({ UserPoolId, Username }))
  return Groups.map(({ GroupName }) => GroupName)
}
const signIn = (USERNAME: string, PASSWORD: string) =>
  cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId,
      ClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME, PASSWORD },
    }),
  )
async function expectDemoPeople() {
  const states = await Promise.all(
    people.map(async ({ username }) => {
      const { UserStatus, Enabled } = await userOf(username)
      return [username, UserStatus, Enabled, ...(await groupsOf(username))]
    }),
  )
  expect(states).toEqual([
    ['olivia', 'CONFIRMED', true, 'impersonators'],
    ['alice', 'CONFIRMED', true],
    ['audrey', 'CONFIRMED', true, 'impersonation-auditors'],
    ['victor', 'CONFIRMED', true],
    ['bob', 'CONFIRMED', true],
    ['root', 'CONFIRMED', true, 'admins'],
    ['dora', 'CONFIRMED', false],
    ['ivan', 'FORCE_CHANGE_PASSWORD', true],
  ])
}

/** Runs the script in a process that does not see the AWS configuration of this machine. */
function run(...args: string[]) {
  const { NODE_COMPILE_CACHE } = process.env
  return promisify(execFile)(process.execPath, [script, ...args], { env: { HOME: folder, NODE_COMPILE_CACHE } })
}

function outputsFile(outputs: Record<string, string>): string {
  const file = join(folder, 'outputs.json')
  writeFileSync(file, JSON.stringify({ Impersonation: outputs }))
  return file
}

describe('makeDemoPeople', () => {
  test('creates the people, and changes nothing the second time', async () => {
    await makeDemoPeople(cognito, UserPoolId)
    await expectDemoPeople()
    await makeDemoPeople(cognito, UserPoolId)
    await expectDemoPeople()
  })

  test('sets their passwords, and alice’s verified e-mail address as an alias', async () => {
    await makeDemoPeople(cognito, UserPoolId)
    for (const { username, password, enabled = true } of people) {
      if (password && enabled) expect((await signIn(username, password)).AuthenticationResult).toHaveProperty('IdToken')
    }
    expect(await signIn('alice@example.com', 'Alice-Local-1!')).toHaveProperty('AuthenticationResult.IdToken')
  })

  test('adds them to the groups of the deployment', async () => {
    const groupNames = { impersonators: 'support', 'impersonation-auditors': 'audit', admins: undefined }
    await makeDemoPeople(cognito, UserPoolId, groupNames)
    expect([await groupsOf('olivia'), await groupsOf('audrey'), await groupsOf('root')]).toEqual([
      ['support'],
      ['audit'],
      [],
    ])
  })
})

describe('make-people.ts', () => {
  test('uses the pool and the endpoint in the outputs file', async () => {
    await run('--outputs-file', outputsFile({ UserPoolId, CognitoEndpoint: server.url }))
    await expectDemoPeople()
  })

  test('uses the endpoint in --endpoint', async () => {
    await run('--outputs-file', outputsFile({ UserPoolId }), '--endpoint', server.url, '--region', 'us-east-1')
    await expectDemoPeople()
  })

  test('refuses to put public passwords into a pool at AWS without --public-passwords', async () => {
    await expect(run('--outputs-file', outputsFile({ UserPoolId }))).rejects.toThrow('--public-passwords')
  })

  test('names the missing option or output', async () => {
    await expect(run()).rejects.toThrow('--outputs-file is missing')
    const file = outputsFile({ CognitoEndpoint: server.url })
    await expect(run('--outputs-file', file)).rejects.toThrow('has no output UserPoolId')
  })
})

test('the demo API keys are long enough for API Gateway', () => {
  expect(demoApiKey).toBe('local-demo-api-key-0001')
  expect(demoResourceKey).toBe('local-demo-resource-key-0001')
  for (const key of [demoApiKey, demoResourceKey]) expect(key.length).toBeGreaterThanOrEqual(20)
})
