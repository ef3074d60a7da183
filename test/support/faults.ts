// What can go wrong with one call to a service, and a transport for the AWS SDK that makes it so.

import { AsyncLocalStorage } from 'node:async_hooks'

export const faults = [
  'refused',
  'throttled',
  'broken',
  'breaks after it took effect',
  'hangs',
  'hangs after it took effect',
  'takes effect late',
  'is slow',
  'is cut off',
  'is cut off after it took effect',
  'arrives twice',
  'is answered with nonsense',
  'took effect and is answered with nonsense',
  'is the last that its process does',
  'takes effect, and is the last that its process does',
] as const

export type Fault = (typeof faults)[number]

/** Of a call that one process makes: which service, which operation. */
export interface CallSite {
  process: 'endpoint' | 'trigger'
  operation: string
}

/** A run of a function, which may end in its middle: then what it waits for never comes. */
export class Process {
  static readonly current = new AsyncLocalStorage<Process>()
  readonly name: CallSite['process']
  readonly ended: Promise<'ended'>
  isOver = false
  #end: (value: 'ended') => void = () => {}

  constructor(name: CallSite['process']) {
    this.name = name
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  end(): void {
    this.isOver = true
    this.#end('ended')
  }

  /** @returns what the work comes to, or that the process ended before. */
  run<Result>(work: () => Promise<Result>): Promise<Result | 'ended'> {
    return Process.current.run(this, () => Promise.race([work(), this.ended]))
  }
}

interface Request {
  headers: Record<string, string>
  body: Uint8Array | string
}

export interface Behaviour {
  fault: (site: CallSite) => Fault | undefined
  /** The body of an answer that makes no sense. */
  nonsense: (site: CallSite, answer: object | undefined) => string
  /** How late is late, ms. */
  delay: () => number
}

/** @param perform carries an operation out: an object with `__type`, or a thrown error with a name, is AWS's error. */
export function faulty(perform: (operation: string, input: object) => Promise<object> | object, behaviour: Behaviour) {
  async function answer(operation: string, input: object): Promise<{ status: number; body: object }> {
    try {
      const body = await perform(operation, input)
      return { status: '__type' in body ? 400 : 200, body }
    } catch (error) {
      const { name, message } = error as Error
      return { status: 400, body: { __type: name, message } }
    }
  }

  return {
    async handle({ headers, body }: Request, { abortSignal }: { abortSignal?: AbortSignal } = {}) {
      const process = Process.current.getStore()
      const operation = headers['x-amz-target']?.split('.')[1] ?? ''
      const input = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body))
      const site = { process: process?.name ?? 'endpoint', operation }
      const go = () => answer(operation, input)
      if (process?.isOver) return never()
      if (abortSignal?.aborted) throw aborted()
      switch (process && behaviour.fault(site)) {
        case 'refused':
          return respond(400, { __type: 'AccessDeniedException', message: quoting(input) })
        case 'throttled':
          return respond(400, {
            __type: operation.endsWith('Item') ? 'ThrottlingException' : 'TooManyRequestsException',
            message: quoting(input),
          })
        case 'broken':
          return respond(500, { __type: 'InternalErrorException', message: quoting(input) })
        case 'breaks after it took effect':
          return respond(500, { __type: 'InternalErrorException', message: quoting(input, await go()) })
        case 'hangs':
          return untilAborted(abortSignal)
        case 'hangs after it took effect':
          await go()
          return untilAborted(abortSignal)
        case 'takes effect late':
          setTimeout(() => void go(), behaviour.delay())
          return untilAborted(abortSignal)
        case 'is slow':
          await Promise.race([new Promise((done) => setTimeout(done, behaviour.delay())), untilAborted(abortSignal)])
          break
        case 'is cut off':
          throw cutOff()
        case 'is cut off after it took effect':
          await go()
          throw cutOff()
        case 'arrives twice':
          await go()
          break
        case 'is answered with nonsense':
          return respond(200, behaviour.nonsense(site, undefined))
        case 'took effect and is answered with nonsense':
          return respond(200, behaviour.nonsense(site, (await go()).body))
        case 'is the last that its process does':
          process?.end()
          return never()
        case 'takes effect, and is the last that its process does':
          await go()
          process?.end()
          return never()
      }
      const { status, body: answered } = await go()
      if (process?.isOver) return never()
      return respond(status, answered)
    },
  }
}

function respond(statusCode: number, body: object | string) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return {
    response: { statusCode, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: Buffer.from(text) },
  }
}

/** The worst that a service's message could hold. Not a password, which has no form of its own: Cognito's API marks it as one not to be quoted. */
export function quoting(...given: object[]): string {
  return `Invalid: ${JSON.stringify(given, (name, value) => (/^password$/i.test(name) ? undefined : value))}`
}

const never = () => new Promise<never>(() => {})
const aborted = () => Object.assign(new Error('Request aborted'), { name: 'AbortError' })
const cutOff = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(aborted()), { once: true }))
}
