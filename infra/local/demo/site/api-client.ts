// A client of the impersonation API for one person. Its code is generated from infra/docs/openapi.yaml.

import { createClient, OPERATIONS, type Ops } from '../generated/impersonation-api.ts'
import { Refusal } from './server.ts'
import type { SignedIn } from './sign-in.ts'

export interface ApiOptions {
  /** The base URL of the API. */
  apiUrl: string
  /** Stays on the server: a browser must never have it. */
  apiKey: string
}

/** A call that the API refuses throws a Refusal with the API's message. */
export function createApiClient({ apiUrl, apiKey }: ApiOptions, { idToken }: Pick<SignedIn, 'idToken'>) {
  return createClient<Ops>(OPERATIONS, {
    serverUrl: apiUrl,
    clientHeader: false,
    onResponse: (response) => (response.ok ? undefined : refuse(response)),
    auth: { apiKey: { ApiKeyAuth: apiKey, IdToken: idToken } },
  })
}

async function refuse(response: Response): Promise<never> {
  const { message = 'That did not work. Try again.' } = (await response.json()) as { message?: string }
  throw new Refusal(response.status, message, response.headers.get('Retry-After') ?? undefined)
}
