// The verifier of the pool's ID tokens, by its published keys.

import type { Agent } from 'node:https'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { FetchError } from 'aws-jwt-verify/error'
import { SimpleFetcher } from 'aws-jwt-verify/https'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import type { EndpointConfig } from '../../config.ts'

type Config = Pick<EndpointConfig, 'userPoolId' | 'actorClientIds' | 'impersonationClientId'>

/**
 * @param endpoint where Cognito's API is if not at AWS, as the AWS SDK takes it from the environment.
 * Whoever sets it decides which keys are believed: the stack never does.
 * @param agent over whose connections AWS is asked for the keys.
 */
export function createVerifier(config: Config, endpoint: string | undefined, agent?: Agent) {
  const fetcher = endpoint
    ? keysAt(endpoint, config.userPoolId)
    : new SimpleFetcher({ defaultRequestOptions: { agent } })
  return CognitoJwtVerifier.create(
    {
      userPoolId: config.userPoolId,
      tokenUse: 'id',
      // The impersonation client's tokens are verified too, to be refused as what they are.
      clientId: [...config.actorClientIds, config.impersonationClientId],
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
