// A Lambda authorizer of a REST API, of type TOKEN.

import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda'
import { NotLiveError } from '../../../infra/live.ts'
import { verify } from './verify.ts'

export async function handler(event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const claims = await verify(event.authorizationToken.replace(/^Bearer /i, '')).catch((error) => {
    // API Gateway answers 500 to any other error.
    throw error instanceof NotLiveError && error.code === 'Unavailable' ? error : new Error('Unauthorized')
  })
  const { act, impersonation_id: impersonationId } = claims as { act?: { sub: string }; impersonation_id?: string }
  return {
    principalId: claims.sub,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: event.methodArn }],
    },
    context: { ...(impersonationId && { impersonationId, actorSub: act?.sub }) },
  }
}
