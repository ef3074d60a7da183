// Many at once and many in a row: no error, nobody gets another's session, and the functions' memory stays flat.

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

/** @param full takes half a minute more */
export function load(deployment: () => Deployment, full: boolean) {
  const [atOnce, inARow] = full ? [100, 2_000] : [40, 100]
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

  /** The n-th of a hundred pairs of actor and subject. */
  async function act(n: number): Promise<void> {
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

  test(`${atOnce} at once each get what they asked for`, async () => {
    await Promise.all(Array.from({ length: atOnce }, (_, n) => act(n)))
  })

  test(`${inARow} in a row each get what they asked for, in a memory that stays flat`, async () => {
    const early: number[] = []
    const started = performance.now()
    for (let n = 0; n < inARow; n++) {
      await act(n)
      if (n === Math.floor(inARow / 4)) early.push(await workers.heap())
    }
    const seconds = (performance.now() - started) / 1000
    const growth = ((await workers.heap()) - (early[0] ?? 0)) / 2 ** 20
    process.stdout.write(`${inARow} in ${seconds.toFixed(1)} s; the functions’ heaps grew by ${growth.toFixed(1)} MB\n`)
    // A request's time limits stay in memory until they pass, 20 s at the most.
    if (full) expect(growth).toBeLessThan(8)
  }, 180_000)
}

/** The heaps of the worker threads that are spoken to, which are the functions'. */
function watchWorkers() {
  const workers = new Set<Worker>()
  const { postMessage } = Worker.prototype
  Worker.prototype.postMessage = function (this: Worker, ...message: Parameters<typeof postMessage>) {
    workers.add(this)
    return postMessage.apply(this, message)
  }
  return {
    /** Bytes in use, after the garbage collection that a snapshot begins with. */
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
    return 0 // it has ended
  }
}
