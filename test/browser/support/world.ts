// A local run with the demo's two sites and the guide's pages, and a Chromium.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { Closers } from '../../../infra/local/closers.ts'
import { synthesizeInto } from '../../../infra/local/cloudformation/assembly.ts'
import { addParts } from '../../../infra/local/cognito/make-pool.ts'
import { openDemo } from '../../../infra/local/demo/start-demo.ts'
import { runLocally } from '../../../infra/local/run.ts'
import type { Impersonation } from '../guide/impersonation.ts'
import { startChromium } from './chromium.ts'
import { recordRequests } from './requests.ts'
import { openSite } from './site.ts'

/** The app's own client. */
export const appClientId = 'guideapp'
export const sessionMinutes = 5

export type World = Awaited<ReturnType<typeof openWorld>>

export async function openWorld() {
  const closers = new Closers()
  try {
    const folder = mkdtempSync(join(tmpdir(), 'browser-'))
    closers.add(() => rmSync(folder, { recursive: true, force: true }))
    const requests = closers.track(recordRequests()).list
    const demo = closers.track(await openDemo({ backOffice: 0, shop: 0 }))
    const site = closers.track(await openSite())
    const appOrigins = `${demo.defaults.appOrigins},${site.origin}`
    await synthesizeInto(folder, { sessionMinutes, appOrigins }, demo.defaults)
    const run = closers.track(await runLocally({ assembly: folder, people: 'demo' }))
    demo.serve(run, { hints: true })
    const { ApiUrl: apiUrl = '', UserPoolId: userPoolId = '', CognitoEndpoint = '', JwksUri = '' } = run.outputs
    const pool = run.cognito.pools.get(userPoolId)
    const ExplicitAuthFlows = ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']
    if (pool) addParts(pool, { clients: [{ id: appClientId, properties: { ExplicitAuthFlows } }], groups: [] })
    const [apiKey = ''] = Object.values(run.apiKeys)
    const [resourceServerKey = ''] = Object.values(run.resourceServerKeys)

    async function introspect(token: string): Promise<{ active: boolean }> {
      const response = await fetch(`${apiUrl}/auth/introspect`, {
        method: 'POST',
        headers: { 'X-API-Key': resourceServerKey },
        body: new URLSearchParams({ token }),
      })
      return (await response.json()) as { active: boolean }
    }

    async function verifyLive(token: string) {
      const who = await verify(token)
      if (who.actor && !(await introspect(token)).active) throw new Error('the session has ended')
      return who
    }

    Object.assign(process.env, {
      USER_POOL_ID: userPoolId,
      APP_CLIENT_ID: appClientId,
      IMPERSONATION_CLIENT_ID: run.outputs.ImpersonationClientId,
      LOCAL_JWKS_URI: JwksUri,
    })
    const { verify } = await import('../guide/verify.ts')
    const cognito = { userPoolId, userPoolClientId: appClientId, userPoolEndpoint: CognitoEndpoint }
    await site.serve({ apiUrl, cognito, verify: verifyLive })
    const browser = closers.track(await startChromium())

    return {
      requests,
      demo,
      origin: site.origin,
      browser,
      run,
      /** @returns the fragment with which the back office opens the app */
      async prepare(username = 'alice'): Promise<string> {
        const response = await fetch(`${apiUrl}/auth/impersonations`, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            'X-API-Key': apiKey,
            Authorization: `Basic ${Buffer.from('olivia:Olivia-Local-1!').toString('base64')}`,
          },
          body: JSON.stringify({ username }),
        })
        const { ticket } = (await response.json()) as { ticket: string }
        return `#${new URLSearchParams({ ticket, actor: 'olivia' })}`
      },
      introspect,
      /** Ends an impersonation, from outside of the browser. */
      async end(id: string, idToken: string): Promise<void> {
        const headers = { Authorization: idToken }
        await fetch(`${apiUrl}/auth/impersonations/${id}`, { method: 'DELETE', headers })
      },
      close: () => closers.close(),
    }
  } catch (error) {
    await closers.close()
    throw error
  }
}

/** What a tab's sessionStorage has of the impersonated session. */
export function sessionOf(page: Page): Promise<Impersonation | null> {
  return page.evaluate(() => JSON.parse(sessionStorage.getItem('impersonation') ?? 'null'))
}
