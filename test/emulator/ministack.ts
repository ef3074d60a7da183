// MiniStack: an emulator of AWS that nobody here wrote.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { listen } from '../../infra/local/listen.ts'
import { pythonEnvironment } from '../support/python.ts'

export interface Emulator {
  endpoint: string
  /** What it has printed. */
  log(): string
  stop(): Promise<void>
}

/** Starts it on a free port of this machine alone. @param env what its functions see too */
export async function startEmulator(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Emulator> {
  const port = await freePort()
  const child = spawn(pythonEnvironment('emulator').program('ministack'), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...env,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      LAMBDA_EXECUTOR: 'local',
      SFTP_ENABLED: '0',
      // Else it listens on every interface too.
      IOT_MTLS_ENABLED: '0',
      // Else its signing key stays on this machine.
      STATE_DIR: env.TMPDIR,
      // A trigger that throws then fails the sign-in, as at AWS.
      MINISTACK_COGNITO_PRETOKEN_STRICT: '1',
    },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk))
  const ended = once(child, 'close')
  const emulator = {
    endpoint: `http://127.0.0.1:${port}`,
    log: () => printed,
    async stop() {
      child.kill('SIGTERM')
      const inTime = await Promise.race([ended, setTimeout(10_000, false, { ref: false })])
      if (inTime === false) child.kill('SIGKILL')
      await ended
    },
  }
  try {
    await ready(`${emulator.endpoint}/_ministack/health`, () => child.exitCode !== null, signal)
  } catch (cause) {
    await emulator.stop()
    throw new Error(`MiniStack did not start\n${printed}`, { cause })
  }
  return emulator
}

async function ready(url: string, over: () => boolean, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(30_000)])
  for (;;) {
    const answer = await fetch(url, { signal: limit }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
    limit.throwIfAborted()
    if (over()) throw new Error('it ended')
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
