// The page at /docs: shows infra/docs/openapi.yaml, sends requests to the API, and loads nothing from other hosts.

import type { PageHandler } from '../apigateway/server.ts'
import { readOpenApi, readSwaggerUi } from '../files.ts'

export interface DocsOptions {
  /** The base URL of the running API. */
  url: string
  /** The page fills in this key. */
  apiKey: string | undefined
  /** The page fills in this username and password. */
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

/** @returns a handler that serves the files of the page and returns false for every other request */
export function createDocsHandler(options: DocsOptions): PageHandler {
  const { origin, host } = new URL(options.url)
  const files = new Map<string, [type: string, read: () => string | Buffer]>([
    [docsPath, ['text/html', () => html]],
    [`${docsPath}/start.js`, ['text/javascript', () => startScript(options)]],
    [`${docsPath}/openapi.json`, ['application/json', () => readDescription(options.url)]],
    [`${docsPath}/swagger-ui.css`, ['text/css', () => readSwaggerUi('swagger-ui.css')]],
    [`${docsPath}/swagger-ui-bundle.js`, ['text/javascript', () => readSwaggerUi('swagger-ui-bundle.js')]],
  ])
  return ({ method, url = '/', headers }, response) => {
    if (method !== 'GET') return false
    if (url === '/' || url === `${docsPath}/`) {
      response.writeHead(302, { Location: origin + docsPath }).end()
      return true
    }
    const file = files.get(url)
    if (!file) return false
    // The API does not allow CORS, so a page opened at http://localhost cannot call it at http://127.0.0.1.
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

function readDescription(url: string): string {
  return JSON.stringify({ ...readOpenApi(), servers: [{ url, description: 'This local run' }] })
}
