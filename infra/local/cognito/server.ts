// A local Amazon Cognito: the operations that this project uses, in memory, on 127.0.0.1.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Functions } from '../lambda/functions.ts'
import { listen } from '../listen.ts'
import { issuer, jwksUri } from './claims.ts'
import { CognitoError } from './errors.ts'
import { Input } from './input.ts'
import { jwks, type Keys, makeKeys } from './keys.ts'
import { makePool } from './make-pool.ts'
import { operations } from './operations.ts'
import type { Pool, UserPoolDefinition } from './pool.ts'
import {
  accessKeyIdOf,
  allowPages,
  assertSigned,
  readCall,
  writeAnswer,
  writeError,
  writeJson,
  writePreflight,
} from './protocol.ts'
import { addUser } from './users.ts'

export { CognitoError } from './errors.ts'
export type { UserPoolDefinition } from './pool.ts'
export { LostAnswer } from './protocol.ts'

export interface CognitoOptions {
  /** 0: any free port */
  port: number
  /** The pools at the start. */
  userPools?: readonly UserPoolDefinition[]
  invoke: Functions['invoke']
  /** The region and account that new pools get. */
  region?: string
  account?: string
  /** ms */
  now?: () => number
  /** Makes a pool's signing keys. Tests that start many servers share one pair. */
  keys?: () => Promise<Keys>
  /** Default: everybody may pass every role. */
  mayPassRole?: (caller: { accessKeyId: string | undefined; roleArn: string }) => boolean
  /**
   * Wraps every operation, so that tests can inject faults. `run` runs the operation. Throw a CognitoError to answer
   * with that error, throw a LostAnswer to close the connection without an answer, or return a promise that never settles.
   */
  intercept?: (operation: string, fields: object, run: () => Promise<object>) => Promise<object>
}

export interface Cognito {
  url: string
  close(): Promise<void>
  /** The server's state by pool id. Not part of AWS's API. */
  pools: Map<string, Pool>
  makeKeys(): Promise<Keys>
  /** Makes a user `{provider}_{userId}` as federated sign-in does. Returns the username. Not part of AWS's API. */
  addFederatedUser(user: FederatedUser): string
}

export interface FederatedUser {
  userPoolId: string
  provider: string
  userId: string
  attributes?: Record<string, string>
}

/** Starts the server on 127.0.0.1. @throws Error EADDRINUSE if the port is taken */
export async function startCognito(options: CognitoOptions): Promise<Cognito> {
  const { now = Date.now, keys = makeKeys, region = 'us-east-1', account = '000000000000' } = options
  const initialPools = await Promise.all(
    (options.userPools ?? []).map(async (definition) => makePool(definition, await keys(), now())),
  )
  const pools = new Map(initialPools.map((pool) => [pool.definition.id, pool]))
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => writeError(response, error))
  })

  async function answer(request: IncomingMessage, response: ServerResponse) {
    if (request.method === 'OPTIONS') return writePreflight(request, response)
    if (request.method === 'GET') return writeDocument(request, response)
    const { operation, fields } = await readCall(request)
    const entry = operations.get(operation)
    if (!entry) throw new CognitoError('UnknownOperationException', `The local Cognito has no operation ${operation}.`)
    if (entry.isSigned) assertSigned(request)
    else allowPages(response)
    const input = new Input({ ...fields })
    const accessKeyId = accessKeyIdOf(request)
    const mayPassRole = (roleArn: string) => options.mayPassRole?.({ accessKeyId, roleArn }) ?? true
    const call = { input, pools, invoke: options.invoke, now: now(), region, account, makeKeys: keys, mayPassRole }
    const { intercept = (_operation, _fields, run) => run() } = options
    writeAnswer(response, await intercept(operation, fields, async () => entry.run(call)))
  }

  function writeDocument(request: IncomingMessage, response: ServerResponse) {
    const [, poolId = '', path = ''] = /^\/([^/]+)\/\.well-known\/([a-z.-]+)$/.exec(request.url ?? '') ?? []
    const pool = pools.get(poolId)
    allowPages(response)
    const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=86400' }
    if (pool && path === 'jwks.json') writeJson(response, 200, jwks(pool.keys), headers)
    else if (pool && path === 'openid-configuration') writeJson(response, 200, configuration(pool), headers)
    else writeJson(response, 404, { message: 'Not found' }, { 'content-type': 'application/json' })
  }

  /** OpenID Connect Discovery §3. The issuer is AWS's, the keys are at this server. */
  const configuration = (pool: Pool) => ({
    id_token_signing_alg_values_supported: ['RS256'],
    issuer: issuer(pool),
    jwks_uri: jwksUri(url, pool),
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
  })

  const url = `http://127.0.0.1:${await listen(server, options.port)}`

  return {
    url,
    pools,
    makeKeys: keys,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
    addFederatedUser({ userPoolId, provider, userId, attributes = {} }) {
      const pool = pools.get(userPoolId)
      if (!pool) throw new Error(`no user pool ${userPoolId}`)
      const name = `${provider}_${userId}`
      return addUser(pool, name, Object.entries(attributes), 'EXTERNAL_PROVIDER', now()).username
    },
  }
}
