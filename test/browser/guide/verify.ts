// The app's API: verifies an access token, of its own app client or of the impersonation client.

import { CognitoJwtVerifier } from 'aws-jwt-verify'

const { USER_POOL_ID = '', APP_CLIENT_ID = '', IMPERSONATION_CLIENT_ID = '', LOCAL_JWKS_URI } = process.env

export const verifier = CognitoJwtVerifier.create({
  userPoolId: USER_POOL_ID,
  tokenUse: 'access',
  clientId: [APP_CLIENT_ID, IMPERSONATION_CLIENT_ID], // the impersonation client is accepted on purpose
})

// On the local run: its output JwksUri. The tokens name AWS as their issuer, so the verifier would look there.
if (LOCAL_JWKS_URI) verifier.cacheJwks(await (await fetch(LOCAL_JWKS_URI)).json())

/** @returns who is signed in, and who is acting as them. @throws JwtBaseError */
export async function verify(accessToken: string) {
  const { sub, username, act, impersonation_id } = await verifier.verify(accessToken)
  return { sub, username, actor: (act as { sub: string } | undefined)?.sub, impersonationId: impersonation_id }
}
