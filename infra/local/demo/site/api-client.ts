// A client of the impersonation API for one person. Its code is generated from infra/docs/openapi.yaml.

import { createClient, OPERATIONS, type Ops } from '../generated/impersonation-api.ts'
import type { SignedIn } from './sign-in.ts'

export interface ApiOptions {
  /** The base URL of the API. */
  apiUrl: string
  /** Stays on the server: a browser must never have it. */
  apiKey: string
}

export function createApiClient({ apiUrl, apiKey }: ApiOptions, { idToken }: Pick<SignedIn, 'idToken'>) {
  return createClient<Ops>(OPERATIONS, {
    serverUrl: apiUrl,
    clientHeader: false,
    auth: { apiKey: { ApiKeyAuth: apiKey, IdToken: idToken } },
  })
}
