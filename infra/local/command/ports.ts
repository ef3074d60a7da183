// The ports that PORT and COGNITO_PORT choose.

import { createServer, type Server } from 'node:net'

/** @throws Error naming the variable when its value is no port */
export function readPort(env: Readonly<Record<string, string | undefined>>, name: string, fallback: number): number {
  const value = env[name]
  if (value === undefined || value === '') return fallback
  const port = Number(value)
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new Error(`${name} is "${value}", but it must be a port: a number from 0 (a free one) to 65535`)
  }
  return port
}

/** @throws Error naming the variable whose port is taken, by another program or by the variable before it */
export async function checkPorts(ports: Readonly<Record<string, number>>): Promise<void> {
  const held: Server[] = []
  try {
    for (const [name, port] of Object.entries(ports)) held.push(await hold(name, port))
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))))
  }
}

async function hold(name: string, port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code})`
      reject(new Error(`port ${port} ${why}; choose another with ${name}, or a free one with ${name}=0`))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}
