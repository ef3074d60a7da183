// A stack in a local account: on an existing pool, deployed again, and deleted.
import { createServer } from 'node:http'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { afterEach, describe, expect, test } from '@jest/globals'
import { type Account, startAccount } from '../../../infra/local/account.ts'
import { localAccess } from '../../../infra/local/client-access.ts'
import type { Template } from '../../../infra/local/cloudformation/template.ts'
import { makeDemoPeople } from '../../../infra/local/demo/people.ts'
import { listen } from '../../../infra/local/listen.ts'
import { type LocalRun, type LocalRunOptions, runLocally } from '../../../infra/local/run.ts'
import { sharedAssembly } from '../../support/assembly.ts'
import { poolKeys } from '../../support/pool-keys.ts'
import { impersonate } from './impersonate.ts'
import { answered } from './support.ts'

const UserPoolId = 'us-east-1_Abc123'
const actorClientId = 'theirsupportconsole'
const existingPoolAssembly = await sharedAssembly({
  userPoolId: UserPoolId,
  protectedGroups: 'impersonators,impersonation-auditors,admins',
  actorClientId,
})
const ownPoolAssembly = await sharedAssembly()

const keys = poolKeys()
const closers: { close(): Promise<void> }[] = []
afterEach(() => Promise.all(closers.splice(0).map((each) => each.close())))

const track = <Closing extends { close(): Promise<void> }>(closing: Closing): Closing => {
  closers.push(closing)
  return closing
}
const start = async (options: LocalRunOptions) => track(await runLocally(options))
const openAccount = async () => track(await startAccount({ keys: () => keys }))
const sdkOf = (url: string) => {
  const sdk = new CognitoIdentityProvider(localAccess('us-east-1', url))
  closers.push({ close: async () => sdk.destroy() })
  return sdk
}

async function actAsAlice({ outputs, apiKeys }: LocalRun) {
  const [apiKey] = Object.values(apiKeys)
  return (await impersonate(outputs.ApiUrl, { apiKey, username: 'alice@example.com' })).status
}

describe('a run on an existing pool, without an account', () => {
  test('creates a pool with that id and the actors’ app client, and mints sessions in it', async () => {
    const run = await start({ assembly: existingPoolAssembly })
    expect(run.outputs).toMatchObject({ UserPoolId, ActorClientId: actorClientId })
    const sdk = sdkOf(run.outputs.CognitoEndpoint ?? '')
    const { UserPool } = await sdk.describeUserPool({ UserPoolId })
    expect(UserPool).toMatchObject({
      AliasAttributes: ['email'],
      Policies: { PasswordPolicy: { MinimumLength: 8 } },
      UserPoolTier: 'ESSENTIALS',
      LambdaConfig: { DefineAuthChallenge: expect.stringContaining(run.outputs.TriggersFunctionName ?? '?') },
    })
    expect(run.customResources.map(({ physicalId }) => physicalId).sort()).toEqual([
      `${UserPoolId}/groups/admins`,
      `${UserPoolId}/groups/impersonation-auditors`,
      `${UserPoolId}/groups/impersonators`,
      `${UserPoolId}/triggers`,
    ])
    await makeDemoPeople(sdk, UserPoolId)
    expect(await actAsAlice(run)).toBe(200)
  })

  test('keeps the pool, the owner’s group and the actors’ app client when the stack is deleted', async () => {
    const run = await start({ assembly: existingPoolAssembly })
    await run.destroy()
    const pool = run.cognito.pools.get(UserPoolId)
    expect([...(pool?.clients.keys() ?? [])]).toEqual([actorClientId])
    expect([...(pool?.groups.keys() ?? [])]).toEqual(['admins'])
    expect(pool?.properties.LambdaConfig).toEqual({})
    await expect(fetch(run.outputs.ApiUrl ?? '')).rejects.toThrow('fetch failed')
  })
})

describe('an account', () => {
  const contents = ({ cognito }: Account) =>
    [...cognito.pools.values()].map(({ definition, clients, groups }) => [
      definition.id,
      [...clients.keys()],
      [...groups.keys()],
    ])

  test('calls the functions that were registered last', async () => {
    const account = await openAccount()
    const functions = (name: string) => ({
      invoke: async () => answered(`${name} invoked`),
      run: async () => answered(`${name} run`),
    })
    expect(await account.runFunction('a', {})).toEqual({ kind: 'denied' })
    account.registerFunctions(['a', 'b'], functions('first'))
    const unregister = account.registerFunctions(['b'], functions('second'))
    expect(await account.runFunction('a', {})).toEqual(answered('first run'))
    expect(await account.runFunction('b', {})).toEqual(answered('second run'))
    unregister()
    expect(await account.runFunction('b', {})).toEqual(answered('first run'))
  })

  test('rejects a stack whose existing pool it does not have', async () => {
    const account = await openAccount()
    await expect(start({ assembly: existingPoolAssembly, account })).rejects.toThrow(
      `user pool ${UserPoolId} does not exist`,
    )
    expect(contents(account)).toEqual([])
  })

  test('is unchanged after a run that cannot start', async () => {
    const account = await openAccount()
    const otherServer = createServer()
    const port = await listen(otherServer)
    closers.push({ close: async () => void otherServer.close() })
    await expect(start({ assembly: ownPoolAssembly, account, port })).rejects.toThrow('EADDRINUSE')
    expect(contents(account)).toEqual([])
  })

  test('keeps pool, users and secrets when the stack is deployed again', async () => {
    const account = await openAccount()
    const first = await start({ assembly: ownPoolAssembly, account })
    const { UserPoolId = '' } = first.outputs
    await makeDemoPeople(sdkOf(account.cognito.url), UserPoolId)
    expect(await actAsAlice(first)).toBe(200)
    const before = contents(account)
    const second = await start({ assembly: ownPoolAssembly, account, previous: first })
    expect(contents(account)).toEqual(before)
    expect(await actAsAlice(second)).toBe(200)
    await second.close()
    expect(await actAsAlice(first)).toBe(200)
    await first.close()
    expect(contents(account)).toEqual(before)
  })

  test('applies new pool properties, and restores the old ones when the deployment fails', async () => {
    const account = await openAccount()
    const first = await start({ assembly: ownPoolAssembly, account })
    const pool = account.cognito.pools.get(first.outputs.UserPoolId ?? '')
    const [before, clients] = [pool?.properties, new Map(pool?.clients)]
    const change = ({ Resources }: Template) => {
      for (const { Type, Properties } of Object.values(Resources)) {
        if (Type === 'AWS::Cognito::UserPool') Object.assign(Properties ?? {}, { MfaConfiguration: 'OPTIONAL' })
        if (Type === 'AWS::Cognito::UserPoolClient') Object.assign(Properties ?? {}, { AuthSessionValidity: 5 })
      }
    }
    const changeAndFail = (template: Template) => {
      change(template)
      template.Resources.Late = { Type: 'Custom::Late', Properties: { ServiceToken: 'arn:nowhere' } }
    }
    await expect(start({ assembly: ownPoolAssembly, account, previous: first, change: changeAndFail })).rejects.toThrow(
      'Late',
    )
    expect(pool?.properties).toBe(before)
    expect(pool?.clients).toEqual(clients)
    await start({ assembly: ownPoolAssembly, account, previous: first, change })
    expect(pool?.properties.MfaConfiguration).toBe('OPTIONAL')
    expect(pool?.clients).not.toEqual(clients)
  })

  test('keeps only retained resources when the stack is deleted', async () => {
    const account = await openAccount()
    const kept = await start({ assembly: ownPoolAssembly, account })
    const { UserPoolId, ActorClientId } = kept.outputs
    await kept.destroy()
    expect(contents(account)).toEqual([
      [UserPoolId, [ActorClientId], ['impersonators', 'impersonation-auditors', 'admins']],
    ])
    const change = ({ Resources }: Template) => {
      for (const resource of Object.values(Resources)) resource.DeletionPolicy = 'Delete'
    }
    const deleted = await start({ assembly: ownPoolAssembly, account, change })
    await deleted.destroy()
    expect(contents(account)).toEqual([])
  })
})
