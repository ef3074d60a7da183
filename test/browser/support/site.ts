// Serves the guide's pages as an app would: bundled, with an API that verifies access tokens.

import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { listen } from '../../../infra/local/listen.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

export interface SiteConfig {
  apiUrl: string
  cognito: { userPoolId: string; userPoolClientId: string; userPoolEndpoint: string }
  /** What the app's API answers for an access token. It refuses others. */
  verify: (accessToken: string) => Promise<object>
}

/** Listens, so that its origin is known before the stack is deployed. */
export async function openSite() {
  let serve: RequestListener = (_, response) => response.writeHead(503).end()
  const server = createServer((request, response) => serve(request, response))
  const origin = `http://localhost:${await listen(server)}`
  return {
    origin,
    async serve(config: SiteConfig) {
      const files = await bundle(config)
      serve = async ({ url, headers: { authorization = '' } }, response) => {
        const file = files.get(url ?? '')
        if (url === '/me') {
          const claims = await config.verify(authorization.replace(/^Bearer /, '')).catch(() => undefined)
          response.writeHead(claims ? 200 : 401, { 'Content-Type': 'application/json' }).end(JSON.stringify(claims))
        } else if (file) response.writeHead(200, { 'Content-Type': file.type }).end(file.content)
        else response.writeHead(404).end()
      }
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** @returns the files by path */
async function bundle({ apiUrl, cognito }: SiteConfig) {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ['guide/impersonate.ts', 'guide/impersonate-fetch.ts', 'pages/own.ts', 'pages/naive.ts'],
    outdir: '/',
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
    define: {
      'import.meta.env.VITE_IMPERSONATION_API_URL': JSON.stringify(apiUrl),
      TEST_CONFIG: JSON.stringify(cognito),
    },
  })
  const page = readFileSync(`${folder}/guide/impersonate.html`, 'utf8')
  const html = (script: string) => ({ type: 'text/html', content: page.replace('/impersonate.js', script) })
  return new Map([
    ['/', html('/own.js')],
    ['/naive', html('/naive.js')],
    ['/impersonate', html('/impersonate.js')],
    ['/fetch/impersonate', html('/impersonate-fetch.js')],
    ...outputFiles.map(({ path, text }) => [path, { type: 'text/javascript', content: text }] as const),
  ])
}
