// Calls that need the permissions of the endpoint and of the triggers.

import { type Access, signInOlivia } from '../olivia.ts'
import type { Probe, Probes } from './prove.ts'

/** @returns probes by the function's entry */
export async function impersonationProbes(access: Access): Promise<Record<string, Probes>> {
  const { impersonate, record } = await signInOlivia(access)

  const asked = (username: string, expected: Pick<Probe, 'allowed' | 'denied'>): Probe => ({
    call: async () => String((await impersonate(username)).status),
    ...expected,
  })
  const withRecord = (username: string, expected: Pick<Probe, 'allowed' | 'denied'>): Probe => ({
    async call() {
      const { status, id } = await impersonate(username)
      return `${status}, the record is ${(await record(id))?.state}`
    },
    ...expected,
  })

  return {
    endpoint: {
      'dynamodb:PutItem': asked('alice', { allowed: '200', denied: '503' }),
      // root is protected. The endpoint reads the reason of the refusal from the record.
      'dynamodb:GetItem': asked('root', { allowed: '403', denied: '503' }),
      'dynamodb:UpdateItem': withRecord('nobody', {
        allowed: '422, the record is refused',
        denied: '422, the record is requested',
      }),
      'cognito-idp:AdminInitiateAuth': asked('alice', { allowed: '200', denied: '500' }),
      'cognito-idp:AdminRespondToAuthChallenge': asked('alice', { allowed: '200', denied: '500' }),
      'cognito-idp:AdminGetUser': asked('alice', { allowed: '200', denied: '500' }),
      'cognito-idp:AdminListGroupsForUser': asked('alice', { allowed: '200', denied: '500' }),
    },
    triggers: {
      'dynamodb:UpdateItem': asked('alice', { allowed: '200', denied: '503' }),
      // With approvalGroups.
      'dynamodb:GetItem': asked('alice', { allowed: '200', denied: '503' }),
    },
  }
}

/** @returns the probe of a deployment that runs a PreTokenGeneration of the pool's owner. The others are tried before. */
export async function nextTriggerProbes(access: Access): Promise<Record<string, Probes>> {
  const { impersonate } = await signInOlivia(access)
  const call = async () => String((await impersonate('alice')).status)
  return { triggers: { 'lambda:InvokeFunction': { call, allowed: '200', denied: '503' } } }
}
