// An account with a user pool that somebody else made, and deployments onto it, from one synthesis.

import {
  AdminCreateUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  CreateGroupCommand,
  CreateUserPoolClientCommand,
  ListGroupsCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import { startAccount } from '../../infra/local/account.ts'
import { makeKeys } from '../../infra/local/cognito/keys.ts'
import type { LogEntry } from '../../infra/local/log.ts'
import { type LocalRun, type LocalRunOptions, runLocally } from '../../infra/local/run.ts'
import { createClient } from '../acceptance/client.ts'
import { connect, type Outputs } from '../acceptance/target.ts'
import type { Intercept } from './deployment.ts'
import { createFullUserPool, describeUserPool } from './full-user-pool.ts'

/** The pool's id in the context of the synthesis; each deployment puts the real one in its place. */
export const nameInTemplate = 'us-east-1_Existing1'

export type OpenAccount = Awaited<ReturnType<typeof openAccount>>

const spelledOut = (id: string) => id.replace(/[^A-Za-z0-9]/g, '')

const keys = makeKeys()

/** @param assembly a folder that `synthesizeInto` filled, with the pool's id as above */
export async function openAccount(assembly: string) {
  const runs: LocalRun[] = []
  const log: LogEntry[] = []
  const state: { intercept?: Intercept | undefined } = {}
  const account = await startAccount({
    keys: () => keys,
    intercept: (operation, fields, go) => (state.intercept ? state.intercept(operation, fields, go) : go()),
  })
  const owner = connect({ UserPoolId: nameInTemplate, CognitoEndpoint: account.cognito.url } as Outputs).cognito

  /** @param stamp stands for the time of the deployment, without which the next one changes nothing */
  async function deploy(poolId: string, options: LocalRunOptions & { stamp?: string } = {}) {
    const { stamp = 'first', change, ...others } = options
    const run = await runLocally({
      assembly,
      account,
      log: (entry) => log.push(entry),
      ...others,
      change(template) {
        // Logical ids have the pool's in them, as far as they can.
        const text = JSON.stringify(template)
          .replaceAll(nameInTemplate, poolId)
          .replaceAll(spelledOut(nameInTemplate), spelledOut(poolId))
        Object.assign(template, JSON.parse(text.replace(/"DeployedAt":"[^"]+"/g, `"DeployedAt":"${stamp}"`)))
        change?.(template)
      },
    })
    runs.push(run)
    return run
  }

  /** A caller of a deployment. */
  function use({ outputs, apiKeys }: LocalRun) {
    const named = outputs as unknown as Outputs
    const [apiKey = ''] = Object.values(apiKeys)
    return createClient({ outputs: named, apiKey, ...connect(named), close: async () => {} })
  }

  /** All that can be seen of a pool. */
  async function look(UserPoolId: string) {
    const { Groups = [] } = await owner.send(new ListGroupsCommand({ UserPoolId }))
    return {
      settings: await describeUserPool(owner, UserPoolId),
      groups: Groups.map(({ GroupName, Description }) => ({ GroupName, Description })),
      clients: new Set(account.cognito.pools.get(UserPoolId)?.clients.keys()),
    }
  }

  /** A pool with every setting, an app, a group and a user of its owner's. */
  async function makePool(changes: Parameters<typeof createFullUserPool>[1] = {}) {
    const UserPoolId = await createFullUserPool(owner, changes)
    await owner.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admins', Description: 'the owner’s' }))
    const ExplicitAuthFlows = ['ALLOW_ADMIN_USER_PASSWORD_AUTH' as const]
    const { UserPoolClient } = await owner.send(
      new CreateUserPoolClientCommand({ UserPoolId, ClientName: 'app', ExplicitAuthFlows }),
    )
    const user = { UserPoolId, Username: 'zoe' }
    await owner.send(new AdminCreateUserCommand(user))
    await owner.send(new AdminSetUserPasswordCommand({ ...user, Password: 'Zoe-Local-1!', Permanent: true }))

    /** The claims of an ordinary sign-in, without what is new each time. */
    async function signIn() {
      const { AuthenticationResult } = await owner.send(
        new AdminInitiateAuthCommand({
          UserPoolId,
          ClientId: UserPoolClient?.ClientId,
          AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
          AuthParameters: { USERNAME: 'zoe', PASSWORD: 'Zoe-Local-1!' },
        }),
      )
      return [AuthenticationResult?.IdToken, AuthenticationResult?.AccessToken].map((token = '') => {
        const { iat, exp, auth_time, jti, origin_jti, event_id, ...claims } = decomposeUnverifiedJwt(token).payload
        return claims
      })
    }
    return { id: UserPoolId, signIn }
  }

  return {
    owner,
    cognito: account.cognito,
    log,
    deploy,
    use,
    look,
    makePool,
    intercept(by: Intercept | undefined) {
      state.intercept = by
    },
    async close() {
      owner.destroy()
      await Promise.all(runs.map((run) => run.close()))
      await account.close()
    },
  }
}
