// Starts MiniStack, an AWS emulator from PyPI.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { localAccess } from '../../infra/local/client-access.ts'
import { listen } from '../../infra/local/listen.ts'
import { pythonEnvironment } from '../support/python.ts'
import { place } from './deployment.ts'

const startFile = fileURLToPath(new URL('start-ministack.py', import.meta.url))

export interface Emulator {
  endpoint: string
  /** Its output so far. */
  log(): string
  stop(): Promise<void>
}

/** Starts MiniStack on a free port of 127.0.0.1. @param env also the environment of its functions. */
export async function startEmulator(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Emulator> {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const { credentials } = localAccess(place.region, endpoint)
  const child = spawn(pythonEnvironment('emulator').program('python'), [startFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...env,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      LAMBDA_EXECUTOR: 'local',
      SFTP_ENABLED: '0',
      // Otherwise it also listens on all interfaces.
      IOT_MTLS_ENABLED: '0',
      // Otherwise it leaves its signing key on this machine.
      STATE_DIR: env.TMPDIR,
      // Makes a trigger that throws fail the sign-in, as AWS does.
      MINISTACK_COGNITO_PRETOKEN_STRICT: '1',
      // Checks signatures and IAM policies.
      AUTH: 'true',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk))
  const ended = once(child, 'close')
  const emulator = {
    endpoint,
    log: () => printed,
    async stop() {
      child.kill('SIGTERM')
      const endedInTime = await Promise.race([ended, setTimeout(10_000, false, { ref: false })])
      if (endedInTime === false) child.kill('SIGKILL')
      await ended
    },
  }
  try {
    await waitUntilReady(`${emulator.endpoint}/_ministack/health`, () => child.exitCode !== null, signal)
  } catch (cause) {
    await emulator.stop()
    throw new Error(`MiniStack did not start\n${printed}`, { cause })
  }
  return emulator
}

async function waitUntilReady(url: string, hasEnded: () => boolean, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(30_000)])
  for (;;) {
    const answer = await fetch(url, { signal: limit }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
    limit.throwIfAborted()
    if (hasEnded()) throw new Error('MiniStack ended')
    await setTimeout(50)
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}
