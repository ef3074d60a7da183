// Reads and checks the ports that PORT, COGNITO_PORT, BACK_OFFICE_PORT and SHOP_PORT set.

import { createServer, type Server } from 'node:net'
import { listen } from '../listen.ts'

/** @throws Error naming the variable if its value is not a port */
export function readPort(env: Readonly<Record<string, string | undefined>>, name: string, fallback: number): number {
  const value = env[name]
  if (value === undefined || value === '') return fallback
  const port = Number(value)
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new Error(
      `${name} is "${value}", but it must be a port: a whole number from 1 to 65535, or 0 for a free port`,
    )
  }
  return port
}

/** By default, the demo has the next two ports after the API's, or free ports. @throws like `readPort` */
export function readDemoPorts(
  env: Readonly<Record<string, string | undefined>>,
  apiPort: number,
): { backOffice: number; shop: number } {
  const after = (distance: number) => (apiPort === 0 || apiPort + distance > 65_535 ? 0 : apiPort + distance)
  return {
    backOffice: readPort(env, 'BACK_OFFICE_PORT', after(1)),
    shop: readPort(env, 'SHOP_PORT', after(2)),
  }
}

/**
 * Checks that every port is free, by listening on all of them for a moment.
 * @param ports by the name of the variable that sets the port
 * @throws Error naming the first variable whose port is taken by another program or by an earlier variable
 */
export async function checkPorts(ports: Readonly<Record<string, number>>): Promise<void> {
  const servers: Server[] = []
  try {
    for (const [name, port] of Object.entries(ports)) servers.push(await listenOn(name, port))
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }
}

async function listenOn(name: string, port: number): Promise<Server> {
  const server = createServer()
  await listen(server, port).catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code})`
    throw new Error(`port ${port} ${problem}; choose another with ${name}, or a free one with ${name}=0`)
  })
  return server
}
