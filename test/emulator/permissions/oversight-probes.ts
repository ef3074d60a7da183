// Calls that need the permissions of oversight and introspection.

import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { localAccess } from '../../../infra/local/client-access.ts'
import { place } from '../deployment.ts'
import { type Access, signInOlivia } from '../olivia.ts'
import type { Probe, Probes } from './prove.ts'

const auditor = `Basic ${btoa('audrey:Audrey-Local-1!')}`

/** @returns probes by the function's entry */
export async function oversightProbes({
  outputs,
  apiKey,
  resourceServerKey,
  signal,
  endpoint,
  functionNames,
}: Access & { resourceServerKey: string; endpoint: string; functionNames: Record<string, string> }): Promise<
  Record<string, Probes>
> {
  const { sub, idToken, impersonate } = await signInOlivia({ outputs, apiKey, signal })
  const { id } = await impersonate('alice')
  const headers = { 'X-API-Key': apiKey, Authorization: auditor }
  const asked = (path: string, init: RequestInit, expected: Pick<Probe, 'allowed' | 'denied'>): Probe => ({
    async call() {
      const { status } = await fetch(`${outputs.ApiUrl}/auth/${path}`, { signal, headers, ...init })
      return String(status)
    },
    ...expected,
  })

  const lambda = new LambdaClient(localAccess(place.region, endpoint))
  /** MiniStack starts a new instance only if the environment changes. */
  const restart = async (FunctionName: string | undefined) => {
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
    const Variables = { ...Environment?.Variables, RESTARTED: crypto.randomUUID() }
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }))
  }
  /** Introspects a new session with a new instance of the function, which remembers no look-up. */
  const introspect = (denied: string): Probe => ({
    async call() {
      const { session } = await impersonate('alice')
      await restart(functionNames.introspection)
      const body = new URLSearchParams({ token: session?.accessToken ?? '' })
      const response = await fetch(`${outputs.ApiUrl}/auth/introspect`, {
        method: 'POST',
        signal,
        headers: { 'X-API-Key': resourceServerKey },
        body,
      })
      const { active } = (await response.json()) as { active?: boolean }
      return response.status === 200 ? `200, active: ${active}` : String(response.status)
    },
    allowed: '200, active: true',
    denied,
  })

  const read = `impersonations/${id}`
  return {
    oversight: {
      'dynamodb:GetItem': asked(read, {}, { allowed: '200', denied: '503' }),
      'dynamodb:Query': asked(`impersonations?actor=${sub}`, {}, { allowed: '200', denied: '503' }),
      // The actor ends the session: this route accepts an ID token only.
      'dynamodb:UpdateItem': asked(
        read,
        { method: 'DELETE', headers: { Authorization: idToken } },
        { allowed: '200', denied: '503' },
      ),
      'cognito-idp:AdminInitiateAuth': asked(read, {}, { allowed: '200', denied: '500' }),
      'cognito-idp:AdminGetUser': asked(read, {}, { allowed: '200', denied: '500' }),
      'cognito-idp:AdminListGroupsForUser': asked(read, {}, { allowed: '200', denied: '500' }),
    },
    introspection: {
      'dynamodb:GetItem': introspect('503'),
      'cognito-idp:AdminGetUser': introspect('500'),
      'cognito-idp:AdminListGroupsForUser': introspect('500'),
    },
  }
}
