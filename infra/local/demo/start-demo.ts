// The demo of a local run: a back office, and a shop at another origin.

import { createServer, type RequestListener } from 'node:http'
import { stackLocation } from '../account.ts'
import { localAccess } from '../client-access.ts'
import { Closers } from '../closers.ts'
import { readDemoFile } from '../files.ts'
import { listen } from '../listen.ts'
import type { LocalRun } from '../run.ts'
import { addDemoClients, backOfficeClientId, demoClients, levelsToAskFor, shopClientId } from './app-clients.ts'
import { createBackOffice } from './back-office/server.ts'
import { createShop } from './shop/server.ts'
import { createSite } from './site/server.ts'
import { createSignIn } from './site/sign-in.ts'

export interface Demo {
  backOfficeUrl: string
  shopUrl: string
  /** The settings that the demo needs. The user's own values replace them. */
  defaults: Record<string, string>
  /** Serves the two sites from now on. @param options `hints`: the pages name the demo people and their passwords */
  serve(run: LocalRun, options: { hints: boolean }): void
  close(): Promise<void>
}

/** Listens, so that the shop's origin is known before the stack is synthesized. @param ports 0: a free port */
export async function openDemo(ports: { backOffice: number; shop: number }): Promise<Demo> {
  const closers = new Closers()
  const backOffice = await openSite(ports.backOffice, closers)
  const shop = await openSite(ports.shop, closers).catch(async (error: unknown) => {
    await closers.close()
    throw error
  })

  return {
    backOfficeUrl: `${backOffice.origin}/`,
    shopUrl: `${shop.origin}/`,
    defaults: {
      appOrigins: shop.origin,
      actorClientIds: backOfficeClientId,
      subjectClientIds: shopClientId,
      approvalGroups: 'vips',
      eventBus: 'default',
    },
    serve({ outputs, apiKeys, resourceServerKeys, settings, cognito }, { hints }) {
      const { ApiUrl: apiUrl = '', UserPoolId: userPoolId = '', CognitoEndpoint = '' } = outputs
      const [apiKey = ''] = Object.values(apiKeys)
      const [resourceServerKey = ''] = Object.values(resourceServerKeys)
      const clients = demoClients({ outputs, settings })
      const pool = cognito.pools.get(userPoolId)
      if (pool) addDemoClients(pool, [clients.staff, clients.customers])
      const signInWith = (clientId: string, acrValues: string[]) =>
        createSignIn({ cognito: localAccess(stackLocation.region, CognitoEndpoint), userPoolId, clientId, acrValues })
      backOffice.serve(
        createSite({
          origin: backOffice.origin,
          files: filesOf({ '/': 'back-office/page.html', '/page.js': 'back-office/page.js', ...sharedFiles }, hints),
          routes: createBackOffice({
            apiUrl,
            apiKey,
            auditorsGroup: settings.auditorsGroup,
            approversGroup: settings.approversGroup,
            reasonForm: settings.reasonPattern === 'none' ? undefined : settings.reasonPattern.description,
            signIn: signInWith(clients.staff, levelsToAskFor(settings.actorAcr)),
            impersonatePage: `${shop.origin}/impersonate`,
          }),
          connectTo: [],
        }),
      )
      shop.serve(
        createSite({
          origin: shop.origin,
          files: filesOf(shopFiles, hints),
          routes: createShop({ apiUrl, apiKey, resourceServerKey, signIn: signInWith(clients.customers, []) }),
          connectTo: [new URL(apiUrl).origin],
        }),
      )
    },
    close: () => closers.close(),
  }
}

async function openSite(port: number, closers: Closers) {
  let serve: RequestListener = (_, response) => response.writeHead(503, { 'Retry-After': '5' }).end()
  const server = createServer((request, response) => serve(request, response))
  const origin = `http://127.0.0.1:${await listen(server, port)}`
  closers.add(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { origin, serve: (site: RequestListener) => (serve = site) }
}

const sharedFiles = { '/style.css': 'site/style.css', '/shared.js': 'site/page.js' }
const shopFiles = {
  '/': 'shop/account.html',
  '/account.js': 'shop/account.js',
  '/impersonate': 'shop/impersonate.html',
  '/impersonate.js': 'shop/impersonate.js',
  ...sharedFiles,
}
const types: Record<string, string> = { html: 'text/html', js: 'text/javascript', css: 'text/css' }

/** Reads the files of a site once. @param names by path */
function filesOf(names: Record<string, string>, hints: boolean) {
  const hint = / *<p class="quiet hint">.*?<\/p>\n/gs
  const read = (name: string) => (hints ? readDemoFile(name) : readDemoFile(name).replaceAll(hint, ''))
  return new Map(
    Object.entries(names).map(([path, name]) => [
      path,
      { type: types[name.split('.').at(-1) ?? ''] ?? '', content: read(name) },
    ]),
  )
}
