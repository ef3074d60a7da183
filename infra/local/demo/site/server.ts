// An HTTP server for one website of the demo: its files, its routes, and the headers that protect its pages.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { ApiError } from '../generated/impersonation-api.ts'

export interface RouteRequest {
  /** The part of the path after the route's own. */
  id: string
  /** The JSON object that was sent. */
  body: Record<string, unknown>
  headers: IncomingMessage['headers']
}

export interface Reply {
  status: number
  body?: object
  setCookie?: string
}

export type Route = (request: RouteRequest) => Promise<Reply> | Reply

export interface SiteOptions {
  /** For example http://127.0.0.1:3001. */
  origin: string
  /** By path. */
  files: ReadonlyMap<string, { type: string; content: string }>
  /** By method and path, for example `POST /session`. A path that ends with a slash matches one more segment. */
  routes: Record<string, Route>
  /** The other origins that the site's pages call. */
  connectTo: string[]
}

/** A message for the person who uses the page. */
export class Refusal extends Error {
  readonly status: number
  /** When to try again, in seconds. */
  readonly retryAfter: string | undefined

  constructor(status: number, message: string, retryAfter?: string) {
    super(message)
    this.status = status
    this.retryAfter = retryAfter
  }
}

const maxBodyBytes = 10_000

export function createSite(options: SiteOptions): RequestListener {
  const { origin, files, routes } = options
  const headers = securityHeaders(options.connectTo)

  async function respond(request: IncomingMessage, path: string): Promise<Reply> {
    const [, parent = '', id = ''] = /^(.*\/)([^/]+)$/.exec(path) ?? []
    const { method = '' } = request
    const route = routes[`${method} ${path}`]
    const found = route ? { route, id: '' } : { route: routes[`${method} ${parent}`], id }
    if (!found.route) throw new Refusal(404, 'There is no such page.')
    // A browser sends Origin with everything but GET. Cookies ignore the port, so SameSite does not stop another local page.
    if (method !== 'GET' && request.headers.origin !== origin) throw new Refusal(403, 'This page may not do that.')
    const body = await readBody(request)
    return found.route({ id: found.id, body, headers: request.headers })
  }

  return async (request, response) => {
    response.setHeaders(headers)
    const path = pathOf(request.url ?? '/', origin)
    // One origin, so that cookies and CORS work at every local name.
    if (`http://${request.headers.host}` !== origin) response.writeHead(307, { Location: origin + path }).end()
    else if (request.method === 'GET' && files.has(path)) sendFile(response, files.get(path))
    else send(response, await respond(request, path).catch(explain))
  }
}

/** Any web page can send a path that is no URL, such as `//[`. No page of the site has it. */
function pathOf(url: string, origin: string): string {
  return URL.canParse(url, origin) ? new URL(url, origin).pathname : '/no-such-page'
}

function securityHeaders(connectTo: string[]): Map<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    ['connect-src', "'self'", ...connectTo].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return new Map([
    ['Content-Security-Policy', policy.join('; ')],
    ['Cache-Control', 'no-store'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['Referrer-Policy', 'no-referrer'],
    ['X-Content-Type-Options', 'nosniff'],
  ])
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (request.method !== 'POST') return {}
  if (Number(request.headers['content-length'] ?? Infinity) > maxBodyBytes) throw new Refusal(413, 'That is too long.')
  try {
    const body: unknown = JSON.parse(await text(request))
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  } catch {}
  throw new Refusal(400, 'The request must be JSON.')
}

/** Passes the API's message on. Other errors are not for browsers. */
function explain(error: unknown): Reply {
  if (error instanceof Refusal) {
    const { status, message, retryAfter } = error
    return { status, body: { message, retryAfter } }
  }
  if (error instanceof ApiError) return { status: error.status, body: { message: Object(error.body).message } }
  return { status: 502, body: { message: 'That did not work. Try again.' } }
}

function send(response: ServerResponse, { status, body, setCookie }: Reply): void {
  if (setCookie) response.setHeader('Set-Cookie', setCookie)
  if (body) response.setHeader('Content-Type', 'application/json')
  response.writeHead(status).end(body && JSON.stringify(body))
}

function sendFile(response: ServerResponse, file: { type: string; content: string } | undefined): void {
  response.setHeader('Content-Type', `${file?.type}; charset=utf-8`).end(file?.content)
}
