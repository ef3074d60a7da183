// Verifies an access token, and asks introspection whether an impersonated session is still good.

import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { createLiveCheck } from '../../../infra/live.ts'

const { API_URL = '', RESOURCE_SERVER_KEY = '', USER_POOL_ID = '', CLIENT_IDS = '' } = process.env

const live = createLiveCheck({ apiUrl: API_URL, apiKey: RESOURCE_SERVER_KEY })

export const verifier = CognitoJwtVerifier.create({
  userPoolId: USER_POOL_ID,
  tokenUse: 'access',
  clientId: CLIENT_IDS.split(','), // your own app client and the impersonation client
})

export function verify(token: string) {
  return verifier.verify(token, { customJwtCheck: live(token) })
}
