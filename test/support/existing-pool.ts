// A local AWS account with existing pools, and deployments to them from one synthesized assembly.

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
import type { Outcome } from '../../infra/local/lambda/outcome.ts'
import type { LogEntry } from '../../infra/local/log.ts'
import { type LocalRun, type LocalRunOptions, runLocally } from '../../infra/local/run.ts'
import { createClient } from '../acceptance/client.ts'
import { connect, type Outputs } from '../acceptance/target.ts'
import type { Intercept } from './deployment.ts'
import { createFullUserPool, describeUserPool, everySetting, smsRoleArn } from './full-user-pool.ts'
import { poolKeys } from './pool-keys.ts'

/** The pool id in the synthesized template. Each deployment replaces this id with the real id. */
export const poolIdInTemplate = 'us-east-1_Existing1'

/** The settings of a synthesis for pools of `createFullUserPool`. */
export const existingPoolSettings = {
  userPoolId: poolIdInTemplate,
  protectedGroups: 'impersonators,impersonation-auditors,admins',
  requiredAttributes: 'email',
  smsRoleArn,
}

export type OpenAccount = Awaited<ReturnType<typeof openAccount>>

interface TriggerEvent {
  triggerSource: string
  callerContext: { clientId: string }
}
type OwnersTrigger = (event: TriggerEvent) => unknown

const asLogicalId = (id: string) => id.replace(/[^A-Za-z0-9]/g, '')

const keys = poolKeys()

/** @param assembly a folder that `synthesizeInto` filled for the pool `poolIdInTemplate` */
export async function openAccount(assembly: string) {
  const runs: LocalRun[] = []
  const log: LogEntry[] = []
  const state: { intercept?: Intercept | undefined } = {}
  const account = await startAccount({
    keys: () => keys,
    intercept: (operation, fields, go) => (state.intercept ? state.intercept(operation, fields, go) : go()),
  })
  const ownersTriggers = new Map<string, OwnersTrigger>()
  const runOwnersTrigger = async (arn: string, event: unknown): Promise<Outcome> => {
    try {
      return { kind: 'answer', payload: ownersTriggers.get(arn)?.(event as TriggerEvent) ?? event }
    } catch (error) {
      return { kind: 'error', errorType: 'Error', errorMessage: (error as Error).message }
    }
  }
  const { PreAuthentication, PostAuthentication } = everySetting.LambdaConfig
  account.registerFunctions([PreAuthentication, PostAuthentication], {
    invoke: runOwnersTrigger,
    run: runOwnersTrigger,
  })
  const owner = connect({ UserPoolId: poolIdInTemplate, CognitoEndpoint: account.cognito.url } as Outputs).cognito

  /** @param options `stamp` replaces `DeployedAt`. Without a new stamp, the triggers' custom resource is unchanged. */
  async function deploy(poolId: string, options: LocalRunOptions & { stamp?: string } = {}) {
    const { stamp = 'first', change, ...others } = options
    const run = await runLocally({
      assembly,
      account,
      log: (entry) => log.push(entry),
      ...others,
      change(template) {
        // Logical ids contain the letters and digits of the pool id.
        const text = JSON.stringify(template)
          .replaceAll(poolIdInTemplate, poolId)
          .replaceAll(asLogicalId(poolIdInTemplate), asLogicalId(poolId))
        Object.assign(template, JSON.parse(text.replace(/"DeployedAt":"[^"]+"/g, `"DeployedAt":"${stamp}"`)))
        change?.(template)
      },
    })
    runs.push(run)
    return run
  }

  /** A client that calls this deployment. */
  function use({ outputs, apiKeys, resourceServerKeys }: LocalRun) {
    const typedOutputs = outputs as unknown as Outputs
    const [apiKey = ''] = Object.values(apiKeys)
    const [resourceServerKey = ''] = Object.values(resourceServerKeys)
    return createClient({
      outputs: typedOutputs,
      apiKey,
      resourceServerKey,
      ...connect(typedOutputs),
      close: async () => {},
    })
  }

  /** The settings, groups and clients of a pool. */
  async function look(UserPoolId: string) {
    const { Groups = [] } = await owner.send(new ListGroupsCommand({ UserPoolId }))
    return {
      settings: await describeUserPool(owner, UserPoolId),
      groups: Groups.map(({ GroupName, Description }) => ({ GroupName, Description })),
      clients: new Set(account.cognito.pools.get(UserPoolId)?.clients.keys()),
    }
  }

  /** Makes a pool with every setting, and with an app client, a group and a user of the owner. */
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

    /** The claims of an ordinary sign-in, without those that differ at each sign-in. */
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
    registerFunctions: account.registerFunctions,
    runFunction: account.runFunction,
    log,
    deploy,
    use,
    look,
    makePool,
    /** The owner's functions by ARN. A function that is not in the map returns the event. */
    ownersTriggers,
    intercept(intercept: Intercept | undefined) {
      state.intercept = intercept
    },
    async close() {
      owner.destroy()
      await Promise.all(runs.map((run) => run.close()))
      await account.close()
    },
  }
}
