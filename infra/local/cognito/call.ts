// One request to the local Cognito.
import type { Functions } from '../lambda/functions.ts'
import { notFound } from './errors.ts'
import type { Input } from './input.ts'
import type { Keys } from './keys.ts'
import type { Client, Level, Pool } from './pool.ts'

/** A request and the server's state. */
export interface Call {
  input: Input
  pools: Map<string, Pool>
  /** Invokes a Lambda function. */
  invoke: Functions['invoke']
  /** ms */
  now: number
  /** The region and account that new pools get. */
  region: string
  account: string
  makeKeys(): Promise<Keys>
  /** Whether the caller may pass this IAM role to Cognito. */
  mayPassRole(roleArn: string): boolean
}

/** A request that names an app client. */
export interface ClientCall extends Call {
  pool: Pool
  client: Client
  /** Set if this sign-in asked for a level. */
  level?: Level
}

/** Finds the pool of a request. @throws CognitoError ResourceNotFoundException */
export function poolOf(call: Call): Pool {
  const id = call.input.text('UserPoolId')
  const pool = call.pools.get(id)
  if (!pool) throw notFound(`User pool ${id} does not exist.`)
  return pool
}

/**
 * Finds the app client of a request that any caller may send. Such a request names no pool.
 * @throws CognitoError ResourceNotFoundException
 */
export function publicClientCall(call: Call): ClientCall {
  return findClient(call, call.pools.values())
}

/** Finds the app client in the pool of the request. @throws CognitoError ResourceNotFoundException */
export function adminClientCall(call: Call): ClientCall {
  return findClient(call, [poolOf(call)])
}

function findClient(call: Call, pools: Iterable<Pool>): ClientCall {
  const id = call.input.text('ClientId')
  for (const pool of pools) {
    const client = pool.clients.get(id)
    if (client) return { ...call, pool, client }
  }
  throw notFound(`User pool client ${id} does not exist.`)
}
