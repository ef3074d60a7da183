// Deploys the synthesized stack on this machine: its functions, REST API, user pool and table.

import type { Account } from './account.ts'
import type { ApiKey } from './apigateway/usage-plans.ts'
import { Closers } from './closers.ts'
import { readCustomResources } from './cloudformation/custom-resource-definitions.ts'
import { type DeployedResource, deploy, destroy } from './cloudformation/custom-resource-lifecycle.ts'
import { createSendRequest } from './cloudformation/custom-resource-requests.ts'
import { startResponseServer } from './cloudformation/custom-resource-responses.ts'
import type { Stack } from './cloudformation/stack.ts'
import { applyUserPools, removeUserPools } from './cloudformation/user-pool-deployment.ts'
import { issuer, jwksUri } from './cognito/claims.ts'
import type { Pool } from './cognito/pool.ts'
import type { Cognito, CognitoOptions } from './cognito/server.ts'
import { type FunctionSettings, othersGroups } from './lambda/function-settings.ts'
import { type LoadStackOptions, loadStack } from './load-stack.ts'
import type { Log } from './log.ts'
import { addPeople } from './people/add-people.ts'
import { customAttributesOf, findActor, peopleOf } from './people/people-of.ts'
import type { Person } from './people/person.ts'
import { type Servers, startServers } from './servers.ts'

export interface LocalRunOptions extends LoadStackOptions {
  /** The port of the API. Default: 0, a free port. */
  port?: number
  /** The port of Cognito. Default: 0, a free port. */
  cognitoPort?: number
  /** The people in the user pool. `demo`: the demo people, in the groups of the deployment. Default: nobody. */
  people?: readonly Person[] | 'demo'
  log?: Log
  /** The clock of the gateway and of a new account, in ms since the epoch. The functions use the machine's clock. */
  now?: () => number
  /** Wraps each Cognito request. A test can delay it, change its response or make it fail. */
  intercept?: CognitoOptions['intercept']
  /** Makes the signing keys of new pools. Default: each pool has keys of its own. */
  keys?: CognitoOptions['keys']
  /**
   * The account to deploy to. It stays open when the run closes. With it, `cognitoPort`, `intercept` and `keys` have no
   * effect. Default: a new account. If the context names an existing pool, the new account gets a pool with that id.
   */
  account?: Account
  /** The run that deployed the previous version of the stack to `account`. This run updates its resources. */
  previous?: Pick<LocalRun, 'stack' | 'customResources'>
}

export interface LocalRun {
  /** The outputs of the stack with the local `ApiUrl`, and those that only a local run has: see `localOutputs`. */
  outputs: Record<string, string>
  /** The API keys by customer. The output `ApiKeyIdAcme` belongs to the customer `Acme`. */
  apiKeys: Record<string, string>
  /** The API keys by resource server. */
  resourceServerKeys: Record<string, string>
  /** The functions' settings. */
  settings: FunctionSettings
  people: readonly Person[]
  cognito: Cognito
  stack: Stack
  customResources: readonly DeployedResource[]
  /** Starts each function's first worker, so that the first calls are faster. Does not wait for them. */
  warm(): void
  /** Stops the servers that the run started. The changes that custom resources made stay. */
  close(): Promise<void>
  /**
   * Deletes the stack except for the resources that it retains, then closes the run.
   * @throws Error with the Reason of a custom resource that cannot be deleted
   */
  destroy(): Promise<void>
}

/**
 * Deploys the stack and starts its servers. On an error, reverts the changes to the account and closes the servers.
 * @throws Error when a setting breaks its rule, a port is taken, the template has something that the local run
 *   does not know, or a custom resource fails
 */
export async function runLocally(options: LocalRunOptions = {}): Promise<LocalRun> {
  const { log = () => {}, now = Date.now, port = 0, cognitoPort = 0, intercept, keys, account, previous } = options
  const closers = new Closers()
  let revertUserPools = () => {}
  try {
    const loaded = await loadStack(options, closers)
    const { stack, settings } = loaded
    const people = peopleOf(options.people ?? [], settings)
    // The page shows the password, so only a demo person will do.
    const isDemo = options.people === undefined || options.people === 'demo'
    const docsActor = isDemo ? findActor(peopleOf('demo', settings), settings) : undefined
    const servers = await startServers(
      loaded,
      { port, cognitoPort, log, now, intercept, keys, account, docsActor },
      closers,
    )
    const { cognito } = servers.account
    const newPool = account
      ? undefined
      : {
          clientIds: settings.actorClientIds,
          groups: othersGroups(loaded.settings),
          triggers: loaded.nextTriggers,
          customAttributes: customAttributesOf(people),
        }
    revertUserPools = await applyUserPools(stack, cognito, now(), newPool)
    const sendRequest = createSendRequest(
      stack.id,
      closers.track(await startResponseServer()),
      servers.account.runFunction,
    )
    const customResources = await deploy(
      sendRequest,
      readCustomResources(stack),
      previous?.customResources ?? [],
      (message) => log({ source: 'run', message }),
    )
    if (previous) removeUserPools(previous.stack, cognito, stack)
    const pool = cognito.pools.get(stack.outputs().UserPoolId ?? '')
    if (pool) addPeople(pool, people, { now: now(), report: (message) => log({ source: 'run', message }) })
    const apiKeys = readApiKeys(stack, servers.gateway.keys, 'ApiKeyId')
    const resourceServerKeys = readApiKeys(stack, servers.gateway.keys, 'ResourceServerKeyId')
    return {
      outputs: { ...stack.outputs(), ...localOutputs(servers, pool, { apiKeys, resourceServerKeys }) },
      apiKeys,
      resourceServerKeys,
      settings,
      people,
      cognito,
      stack,
      customResources,
      warm: () => servers.functions.warm(),
      close: () => closers.close(),
      async destroy() {
        await destroy(sendRequest, customResources)
        removeUserPools(stack, cognito)
        await closers.close()
      },
    }
  } catch (error) {
    revertUserPools()
    await closers.close()
    throw error
  }
}

/** The addresses of the services, and the values of the API keys. */
function localOutputs(
  { gateway, account, dynamoDb }: Servers,
  pool: Pool | undefined,
  { apiKeys, resourceServerKeys }: Pick<LocalRun, 'apiKeys' | 'resourceServerKeys'>,
) {
  const named = (prefix: string, keys: Record<string, string>) =>
    Object.fromEntries(Object.entries(keys).map(([name, key]) => [prefix + name, key]))
  return {
    ApiUrl: gateway.url,
    CognitoEndpoint: account.cognito.url,
    DynamoDbEndpoint: dynamoDb.url,
    ...(pool && { Issuer: issuer(pool), JwksUri: jwksUri(account.cognito.url, pool) }),
    ...named('ApiKeyValue', apiKeys),
    ...named('ResourceServerKeyValue', resourceServerKeys),
  }
}

/** @returns the value of each key, by the name of the customer or resource server */
function readApiKeys(stack: Stack, keys: readonly ApiKey[], prefix: string): Record<string, string> {
  const apiKeys: Record<string, string> = {}
  for (const [name, id] of Object.entries(stack.outputs())) {
    const key = name.startsWith(prefix) && keys.find((candidate) => candidate.id === id)
    if (key) apiKeys[name.slice(prefix.length)] = key.value
  }
  return apiKeys
}
