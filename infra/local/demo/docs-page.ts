// The page at /docs: infra/docs/openapi.yaml to read, and to try on the running API. Nothing on it comes from another host.

import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parse } from 'yaml'

export interface DocsOptions {
  /** The running API's base. */
  url: string
  /** Filled in on the page, so that it can be tried at once. */
  apiKey: string | undefined
  actor: { username: string; password?: string } | undefined
}

export const docsPath = '/docs'

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'"

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Cognito impersonation</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${docsPath}/swagger-ui.css">
<style>body { margin: 0 } .swagger-ui .opblock.opblock-deprecated { opacity: 1 }</style>
<div id="docs"></div>
<script src="${docsPath}/swagger-ui-bundle.js"></script>
<script src="${docsPath}/start.js"></script>
`

/** @returns a handler that leaves alone, and returns false for, whatever is not one of its few files */
export function createDocs(options: DocsOptions): (incoming: IncomingMessage, response: ServerResponse) => boolean {
  const { origin, host } = new URL(options.url)
  const files = new Map<string, [type: string, read: () => string | Buffer]>([
    [docsPath, ['text/html', () => html]],
    [`${docsPath}/start.js`, ['text/javascript', () => startScript(options)]],
    [`${docsPath}/openapi.json`, ['application/json', () => describe(options.url)]],
    [`${docsPath}/swagger-ui.css`, ['text/css', () => readViewer('swagger-ui.css')]],
    [`${docsPath}/swagger-ui-bundle.js`, ['text/javascript', () => readViewer('swagger-ui-bundle.js')]],
  ])
  return ({ method, url = '/', headers }, response) => {
    const file = files.get(url)
    if (!file || method !== 'GET') return false
    // The API has no CORS: a page from http://localhost could not call it.
    if (headers.host !== host) {
      response.writeHead(302, { Location: origin + url }).end()
      return true
    }
    const [type, read] = file
    response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Security-Policy': policy }).end(read())
    return true
  }
}

function startScript({ apiKey, actor }: DocsOptions): string {
  const credentials = [
    ...(apiKey === undefined ? [] : [['preauthorizeApiKey', 'ApiKeyAuth', apiKey]]),
    ...(actor === undefined ? [] : [['preauthorizeBasic', 'BasicAuth', actor.username, actor.password]]),
  ]
  return `const docs = SwaggerUIBundle({
  url: '${docsPath}/openapi.json',
  dom_id: '#docs',
  docExpansion: 'full',
  validatorUrl: null,
  onComplete() {
    for (const [method, ...values] of ${JSON.stringify(credentials)}) docs[method](...values)
  },
})
`
}

function describe(url: string): string {
  const description = parse(readFileSync(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8'))
  return JSON.stringify({ ...description, servers: [{ url, description: 'This local run' }] })
}

function readViewer(name: string): Buffer {
  return readFileSync(new URL(import.meta.resolve(`swagger-ui-dist/${name}`)))
}
