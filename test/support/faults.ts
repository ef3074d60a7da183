// An AWS SDK transport that makes calls fail in chosen ways.

import { AsyncLocalStorage } from 'node:async_hooks'

export const faults = [
  'is refused',
  'is throttled',
  'fails',
  'fails after it took effect',
  'hangs',
  'hangs after it took effect',
  'takes effect late',
  'is slow',
  'loses its connection',
  'loses its connection after it took effect',
  'arrives twice',
  'gets an invalid response',
  'takes effect and gets an invalid response',
  'ends its process',
  'takes effect and ends its process',
] as const

export type Fault = (typeof faults)[number]

/** The process and operation of a call. */
export interface CallSite {
  process: 'endpoint' | 'trigger'
  operation: string
}

/** A run of a function. After `end`, its pending calls never settle. */
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

  /** @returns the result of the work, or 'ended' if the process ends first. */
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
  /** The body of an invalid response. */
  invalidBody: (site: CallSite, answer: object | undefined) => string
  /** Delay of late and slow calls in ms. */
  delay: () => number
}

export const noFaults: Behaviour = { fault: () => undefined, invalidBody: () => '', delay: () => 0 }

/** @param perform runs an operation. For an AWS error it returns an object with `__type`, or throws a named error. */
export function faulty(perform: (operation: string, input: object) => Promise<object> | object, behaviour: Behaviour) {
  async function respondTo(operation: string, input: object): Promise<{ status: number; body: object }> {
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
      const runOperation = () => respondTo(operation, input)
      if (process?.isOver) return never()
      if (abortSignal?.aborted) throw aborted()
      switch (process && behaviour.fault(site)) {
        case 'is refused':
          return respond(400, { __type: 'AccessDeniedException', message: quoting(input) })
        case 'is throttled':
          return respond(400, {
            __type: operation.endsWith('Item') ? 'ThrottlingException' : 'TooManyRequestsException',
            message: quoting(input),
          })
        case 'fails':
          return respond(500, { __type: 'InternalErrorException', message: quoting(input) })
        case 'fails after it took effect':
          return respond(500, { __type: 'InternalErrorException', message: quoting(input, await runOperation()) })
        case 'hangs':
          return untilAborted(abortSignal)
        case 'hangs after it took effect':
          await runOperation()
          return untilAborted(abortSignal)
        case 'takes effect late':
          setTimeout(() => void runOperation(), behaviour.delay())
          return untilAborted(abortSignal)
        case 'is slow':
          await Promise.race([new Promise((done) => setTimeout(done, behaviour.delay())), untilAborted(abortSignal)])
          break
        case 'loses its connection':
          throw cutOff()
        case 'loses its connection after it took effect':
          await runOperation()
          throw cutOff()
        case 'arrives twice':
          await runOperation()
          break
        case 'gets an invalid response':
          return respond(200, behaviour.invalidBody(site, undefined))
        case 'takes effect and gets an invalid response':
          return respond(200, behaviour.invalidBody(site, (await runOperation()).body))
        case 'ends its process':
          process?.end()
          return never()
        case 'takes effect and ends its process':
          await runOperation()
          process?.end()
          return never()
      }
      const { status, body: answered } = await runOperation()
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

/** An error message that quotes its input and so leaks secrets, except passwords: Cognito never quotes those. */
export function quoting(...given: object[]): string {
  return `Invalid: ${JSON.stringify(given, (name, value) => (/^password$/i.test(name) ? undefined : value))}`
}

const never = () => new Promise<never>(() => {})
const aborted = () => Object.assign(new Error('Request aborted'), { name: 'AbortError' })
const cutOff = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })

export function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(aborted()), { once: true }))
}
