// Creates the verifier of the pool's ID tokens. It uses the keys that the pool publishes.

import type { Agent } from 'node:https'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { FetchError } from 'aws-jwt-verify/error'
import { SimpleFetcher } from 'aws-jwt-verify/https'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'

/**
 * @param clientIds tokens of these app clients are accepted.
 * @param endpoint the URL of a stand-in for Cognito, or undefined for AWS. It comes from the environment variables that
 * the AWS SDK reads too. The verifier trusts the keys at this URL, so the stack never sets those variables.
 * @param agent makes the connections to AWS.
 */
export function createVerifier(
  { userPoolId, clientIds }: { userPoolId: string; clientIds: string[] },
  endpoint: string | undefined,
  agent?: Agent,
) {
  const fetcher = endpoint ? keysAt(endpoint, userPoolId) : new SimpleFetcher({ defaultRequestOptions: { agent } })
  return CognitoJwtVerifier.create(
    {
      userPoolId,
      tokenUse: 'id',
      clientId: clientIds,
    },
    { jwksCache: new SimpleJwksCache({ fetcher }) },
  )
}

function keysAt(endpoint: string, userPoolId: string) {
  return {
    async fetch(uri: string): Promise<ArrayBuffer> {
      const response = await fetch(`${endpoint}/${userPoolId}/.well-known/jwks.json`, {
        signal: AbortSignal.timeout(3_000),
      }).catch((cause) => {
        throw new FetchError(uri, cause)
      })
      if (!response.ok) throw new FetchError(uri, `status ${response.status}`)
      return response.arrayBuffer()
    },
  }
}
