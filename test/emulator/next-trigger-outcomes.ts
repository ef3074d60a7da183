// Impersonations where the pool's own PreTokenGeneration refuses, fails, or goes against impersonation's claims.

import { deepStrictEqual } from 'node:assert/strict'
import {
  AdminUpdateUserAttributesCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider'
import { type Access, signInOlivia } from './olivia.ts'
import { claimsOf } from './owner-pool.ts'

/** By alice's nickname, which tells the function of test/support/own-triggers what to do. */
const refusals = {
  // On AWS: 422 SubjectRefused. See unproven.ts.
  throws: '503 NextTriggerFailed',
  hangs: '503 NextTriggerFailed',
  crashes: '503 NextTriggerFailed',
  text: '503 NextTriggerFailed',
  'no response': '503 NextTriggerFailed',
  'joins admins': '403 SubjectProtected',
}

/** The scopes of the access token, by alice's nickname. */
const scopes = { suppresses: '', scopes: 'orders/read' }

/** @throws Error if an impersonation has another outcome than it should have */
export async function expectOutcomes(cognito: CognitoIdentityProviderClient, access: Access): Promise<void> {
  const { UserPoolId } = access.outputs
  const olivia = await signInOlivia(access)
  const impersonateAs = async (nickname: string) => {
    const UserAttributes = [{ Name: 'nickname', Value: nickname }]
    await cognito.send(new AdminUpdateUserAttributesCommand({ UserPoolId, Username: 'alice', UserAttributes }))
    const { status, id, session } = await olivia.impersonate('alice')
    return { status, id, tokens: session && claimsOf(session) }
  }

  const found: Record<string, string> = {}
  for (const nickname of Object.keys(refusals)) {
    const { status, id, tokens } = await impersonateAs(nickname)
    found[nickname] = `${status} ${tokens ? 'a session' : (await olivia.record(id))?.code}`
  }
  deepStrictEqual(found, refusals)

  for (const [nickname, scope] of Object.entries(scopes)) {
    const { id, tokens } = await impersonateAs(nickname)
    const expected = { tenant_id: 'tenant-7', act: { sub: olivia.sub }, impersonation_id: id }
    for (const { tenant_id, act, impersonation_id } of [tokens?.id ?? {}, tokens?.access ?? {}])
      deepStrictEqual({ tenant_id, act, impersonation_id }, expected)
    deepStrictEqual(tokens?.access.scope, scope)
  }
}
