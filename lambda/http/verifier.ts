// Creates the verifier of the pool's tokens. It uses the keys that the pool publishes.

import type { Agent } from 'node:https'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { FetchError, JwksValidationError, JwkValidationError, JwtBaseError } from 'aws-jwt-verify/error'
import { fetch, SimpleFetcher } from 'aws-jwt-verify/https'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'

/**
 * @param clientIds tokens of these app clients are accepted.
 * @param tokenUse null: access tokens are accepted, too.
 * @param endpoint the URL of a stand-in for Cognito, or undefined for AWS. It comes from the environment variables that
 * the AWS SDK reads too. The verifier trusts the keys at this URL, so the stack never sets those variables.
 * @param agent makes the connections to AWS.
 */
export function createVerifier(
  { userPoolId, clientIds, tokenUse = 'id' }: { userPoolId: string; clientIds: string[]; tokenUse?: 'id' | null },
  endpoint: string | undefined,
  agent?: Agent,
) {
  const fetcher = endpoint ? keysAt(endpoint, userPoolId) : new SimpleFetcher({ defaultRequestOptions: { agent } })
  return CognitoJwtVerifier.create(
    {
      userPoolId,
      tokenUse,
      clientId: clientIds,
    },
    { jwksCache: new SimpleJwksCache({ fetcher }) },
  )
}

/** Whether the verifier failed, e.g. could not fetch the keys. Otherwise it rejected the token. */
export function isFault(error: unknown): boolean {
  return (
    !(error instanceof JwtBaseError) ||
    [FetchError, JwksValidationError, JwkValidationError].some((fault) => error instanceof fault)
  )
}

function keysAt(endpoint: string, userPoolId: string) {
  const url = `${endpoint}/${userPoolId}/.well-known/jwks.json`
  return {
    async fetch(): Promise<ArrayBuffer> {
      // Node's HTTPS client sends plain HTTP with an agent for it.
      const agent = url.startsWith('http:') ? new (await import('node:http')).Agent() : undefined
      return fetch(url, { agent, responseTimeout: 3_000 })
    },
  }
}
