// A server for a pool's published keys.

import { createServer } from 'node:http'
import { listen } from '../../infra/local/listen.ts'
import { type Key, userPoolId } from './tokens.ts'

/** @returns the URL that the verifier uses as Cognito's. */
export async function publishKeys(keys: Key[]) {
  const server = createServer((request, response) => {
    if (request.url !== `/${userPoolId}/.well-known/jwks.json`) response.statusCode = 404
    response.end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }))
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
