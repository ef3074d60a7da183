// Starts a server on 127.0.0.1. An HTTP server responds to local host names only.

import { once } from 'node:events'
import { Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Server } from 'node:net'

/** @param port 0 picks a free port. @returns the port. @throws the error of the server, e.g. EADDRINUSE. */
export async function listen(server: Server, port = 0): Promise<number> {
  if (server instanceof HttpServer) refuseOtherHosts(server)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const localHost = /^(127\.0\.0\.1|localhost)(:\d+)?$/i

/**
 * Stops DNS rebinding: a website can point its own host name to 127.0.0.1, and then a browser lets its pages read the
 * responses. Their requests have that name as Host. Covers the listeners that the server has now.
 */
function refuseOtherHosts(server: HttpServer): void {
  const listeners = server.listeners('request')
  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (localHost.test(request.headers.host ?? '')) {
      for (const listener of listeners) listener.call(server, request, response)
    } else {
      // RFC 9110 §15.5.20
      response.writeHead(421, { 'Content-Type': 'text/plain', Connection: 'close' })
      response.end('This server is for 127.0.0.1 and localhost only.\n')
    }
  })
}
