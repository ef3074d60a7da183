// Starts a server on 127.0.0.1.

import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/** @param port 0 picks a free port. @returns the port. @throws the error of the server, e.g. EADDRINUSE. */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
