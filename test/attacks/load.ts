// Load: many requests at once and one after another.

import { Worker } from 'node:worker_threads'
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { claimsOf } from '../acceptance/client.ts'
import type { Person } from '../acceptance/people.ts'
import type { Deployment } from './insider.ts'

/** @param full runs more requests, takes half a minute longer, and checks the memory. */
export function load(deployment: () => Deployment, full: boolean) {
  const [atOnce, inSequence] = full ? [100, 2_000] : [40, 100]
  const actors: { name: string; sub: string; token: string }[] = []
  const subjects: { name: string; sub: string }[] = []
  const workers = watchWorkers()
  afterAll(() => workers.stop())

  beforeAll(async () => {
    const { cognito, outputs, signIn, subOf } = deployment()
    const { UserPoolId } = outputs
    for (let n = 0; n < 10; n++) {
      const [Username, subject, Password] = [`actor-${n}`, `subject-${n}`, `Actor-${n}-Local!`]
      await cognito.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'SUPPRESS' }))
      await cognito.send(new AdminCreateUserCommand({ UserPoolId, Username: subject, MessageAction: 'SUPPRESS' }))
      await cognito.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent: true }))
      await cognito.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: 'impersonators' }))
      actors.push({
        name: Username,
        sub: await subOf(Username),
        token: (await signIn(Username as Person, Password)).IdToken,
      })
      subjects.push({ name: subject, sub: await subOf(subject) })
    }
  })

  /** Impersonates with the n-th of a hundred pairs of actor and subject, and checks response and record. */
  async function impersonate(n: number): Promise<void> {
    const [actor, subject] = [actors[n % 10], subjects[Math.floor(n / 10) % 10]]
    const reason = `ticket ${n}`
    const { status, body, headers } = await deployment().impersonate(subject?.name ?? '', actor?.token, { reason })
    expect({ status, username: body.username }).toEqual({ status: 200, username: subject?.name })
    const id = headers.get('impersonation-id')
    const { authorization, accessToken } = body.session as Record<string, string>
    for (const token of [authorization, accessToken])
      expect(claimsOf(token ?? '')).toMatchObject({ sub: subject?.sub, act: { sub: actor?.sub }, impersonation_id: id })
    expect(await deployment().record(id)).toMatchObject({
      state: 'issued',
      actorSub: actor?.sub,
      actorUsername: actor?.name,
      subjectSub: subject?.sub,
      reason,
    })
  }

  test(`${atOnce} requests at once each get their own session and record`, async () => {
    await Promise.all(Array.from({ length: atOnce }, (_, n) => impersonate(n)))
  })

  const memory = full ? ', and memory does not grow' : ''
  test(`${inSequence} requests in sequence each get their own session and record${memory}`, async () => {
    let early = 0
    const started = performance.now()
    for (let n = 0; n < inSequence; n++) {
      await impersonate(n)
      if (n === Math.floor(inSequence / 4)) early = await workers.heap()
    }
    const seconds = (performance.now() - started) / 1000
    const growth = ((await workers.heap()) - early) / 2 ** 20
    process.stdout.write(
      `${inSequence} in ${seconds.toFixed(1)} s; the functions’ heaps grew by ${growth.toFixed(1)} MB\n`,
    )
    // The timers of a request stay in memory for up to 20 s.
    if (full) expect(growth).toBeLessThan(8)
  }, 180_000)
}

/** Measures the heaps of the functions' worker threads. Only these threads get messages. */
function watchWorkers() {
  const workers = new Set<Worker>()
  const { postMessage } = Worker.prototype
  Worker.prototype.postMessage = function (this: Worker, ...message: Parameters<typeof postMessage>) {
    workers.add(this)
    return postMessage.apply(this, message)
  }
  return {
    /** @returns used bytes. A heap snapshot collects garbage before the measurement. */
    async heap(): Promise<number> {
      const heaps = await Promise.all([...workers].map(heapOf))
      return heaps.reduce((sum, bytes) => sum + bytes, 0)
    },
    stop() {
      Worker.prototype.postMessage = postMessage
    },
  }
}

async function heapOf(worker: Worker): Promise<number> {
  try {
    for await (const _ of await worker.getHeapSnapshot());
    return (await worker.getHeapStatistics()).used_heap_size
  } catch {
    return 0 // the worker has ended
  }
}
