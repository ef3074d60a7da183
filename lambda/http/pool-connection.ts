// The connection to the user pool's host. The verifier and the Cognito clients share it.

import { Agent } from 'node:https'
import { createVerifier } from './verifier.ts'

const { env } = process

/**
 * With a common agent, the first call to Cognito finds an open connection, and parallel calls resume its TLS session. 50 sockets
 * is the AWS SDK's own limit.
 */
export const httpsAgent = new Agent({ keepAlive: true, maxSockets: 50 })

/** Creates a verifier that uses this connection, or the stand-in for Cognito that the AWS SDK uses too. */
export function createPoolVerifier(options: Parameters<typeof createVerifier>[0]) {
  return createVerifier(options, env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER ?? env.AWS_ENDPOINT_URL, httpsAgent)
}
