import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Stack } from '../../../../infra/local/cloudformation/stack.ts'
import type { Template, TemplateResource } from '../../../../infra/local/cloudformation/template.ts'
import { readFunctions } from '../../../../infra/local/lambda/function-definitions.ts'
import { type Functions, startFunctions } from '../../../../infra/local/lambda/functions.ts'
import { isPermitted, readPermissions } from '../../../../infra/local/lambda/permissions.ts'
import type { LogEntry } from '../../../../infra/local/log.ts'
import { place, until } from '../support.ts'

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:sample'
const caller = {
  principal: 'cognito-idp.amazonaws.com',
  sourceArn: 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/p',
}

let assembly: string
let functions: Functions | undefined
let logged: LogEntry[]

beforeEach(() => {
  assembly = mkdtempSync(join(tmpdir(), 'functions-'))
  logged = []
})
afterEach(async () => {
  await functions?.close()
  functions = undefined
  rmSync(assembly, { recursive: true })
})

async function start(code: string, properties: Record<string, unknown> = {}, environment: Record<string, string> = {}) {
  writeFileSync(join(assembly, 'sample.mjs'), code)
  const files = { a: { source: { path: '.' }, destinations: { here: { objectKey: 'a.zip' } } } }
  writeFileSync(join(assembly, 'Sample.assets.json'), JSON.stringify({ files }))
  const stack = stackOf({
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'sample',
        Runtime: 'nodejs24.x',
        Handler: 'sample.handler',
        Code: { S3Bucket: 'b', S3Key: 'a.zip' },
        ...properties,
      },
    },
  })
  functions = startFunctions({
    definitions: readFunctions(stack, assembly),
    permissions: [{ functionArn: arn, principal: caller.principal }],
    environment,
    log: (entry) => logged.push(entry),
  })
  return (event: unknown = {}, timeoutMs?: number) =>
    (functions as Functions).invoke(arn, event, { ...caller, ...(timeoutMs !== undefined && { timeoutMs }) })
}

const stackOf = (resources: Record<string, TemplateResource>) => new Stack({ Resources: resources } as Template, place)
const lines = () => logged.flatMap((entry) => (entry.source === 'function' ? [entry.line] : []))

describe('a function', () => {
  test('returns the value of its handler', async () => {
    const invoke = await start('export const handler = async (event) => ({ got: event.a, none: undefined })')
    expect(await invoke({ a: 1 })).toEqual({ kind: 'answer', payload: { got: 1 } })
  })

  test('returns null if its handler returns nothing', async () => {
    const invoke = await start('export const handler = async () => {}')
    expect(await invoke()).toEqual({ kind: 'answer', payload: null })
  })

  test('sees its own variables and those of Lambda, but none of this process', async () => {
    process.env.OF_THIS_PROCESS = 'x'
    const invoke = await start(
      'export const handler = async () => process.env',
      { Environment: { Variables: { A: '1', B: { Ref: 'AWS::Region' }, C: 5 } } },
      { AWS_REGION: 'us-east-1' },
    )
    const { payload } = (await invoke()) as { payload: Record<string, string> }
    expect(payload).toMatchObject({
      A: '1',
      B: 'us-east-1',
      C: '5',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'sample',
    })
    expect(payload).not.toHaveProperty('OF_THIS_PROCESS')
    expect(payload).not.toHaveProperty('PATH')
    expect(process.env).toHaveProperty('NODE_COMPILE_CACHE')
    expect(payload).not.toHaveProperty('NODE_COMPILE_CACHE')
  })

  test('receives the context of Lambda', async () => {
    const invoke = await start(
      'export const handler = async (_, c) => ({ ...c, left: c.getRemainingTimeInMillis() })',
      { Timeout: 7, MemorySize: 256 },
    )
    const { payload } = (await invoke()) as { payload: Record<string, unknown> }
    expect(payload).toMatchObject({ functionName: 'sample', invokedFunctionArn: arn, memoryLimitInMB: '256' })
    expect(payload.awsRequestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(payload.left).toBeGreaterThan(0)
    expect(payload.left).toBeLessThanOrEqual(7000)
  })

  test('handles one event at a time in each worker', async () => {
    const invoke = await start(`
      let running = 0
      export const handler = async () => {
        running += 1
        await new Promise((resolve) => setTimeout(resolve, 20))
        const seen = running
        running -= 1
        return seen
      }`)
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => invoke()))
    expect(outcomes).toEqual(Array.from({ length: 12 }, () => ({ kind: 'answer', payload: 1 })))
  })

  test('starts at its first event, or before it when it is warmed', async () => {
    const code = 'console.info("started"); export const handler = async () => 1'
    const started = () => lines().filter(({ message }) => message === 'started').length
    const invoke = await start(code)
    expect(started()).toBe(0)
    functions?.warm()
    await until(() => started() > 0)
    functions?.warm()
    expect(await invoke()).toEqual({ kind: 'answer', payload: 1 })
    expect(started()).toBe(1)
  })

  test('keeps its memory between events', async () => {
    const invoke = await start('let count = 0; export const handler = async () => ++count')
    await invoke()
    expect(await invoke()).toEqual({ kind: 'answer', payload: 2 })
  })

  test('that throws returns the error name and message, and logs them', async () => {
    const invoke = await start('export const handler = async () => { throw new RangeError("too far") }')
    expect(await invoke()).toEqual({ kind: 'error', errorType: 'RangeError', errorMessage: 'too far' })
    expect(lines()).toContainEqual(
      expect.objectContaining({ level: 'ERROR', message: expect.objectContaining({ errorType: 'RangeError' }) }),
    )
  })

  test('that exits returns an error, and restarts for the next event', async () => {
    const invoke = await start('export const handler = async (e) => e.end ? process.exit(1) : "well"')
    expect(await invoke({ end: true })).toMatchObject({ kind: 'error', errorType: 'Runtime.ExitError' })
    expect(await invoke()).toEqual({ kind: 'answer', payload: 'well' })
  })

  test('that exceeds its Timeout is stopped, and restarts for the next event', async () => {
    const invoke = await start(
      `export const handler = async ({ hang }) => {
        if (hang) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 950)
        while (hang);
        return 'well'
      }`,
      { Timeout: 1 },
    )
    expect(await invoke({ hang: true })).toEqual({ kind: 'timeout', limit: 'function' })
    expect(lines()).toContainEqual(expect.objectContaining({ message: 'Task timed out after 1.00 seconds' }))
    expect(await invoke()).toEqual({ kind: 'answer', payload: 'well' })
  })

  test('continues after its caller stops waiting', async () => {
    const invoke = await start(
      `
      let done = 0
      export const handler = async (e) => {
        if (e.slow) await new Promise((resolve) => setTimeout(resolve, 100))
        return ++done
      }`,
      { ReservedConcurrentExecutions: 1 },
    )
    expect(await invoke({ slow: true }, 10)).toEqual({ kind: 'timeout', limit: 'caller' })
    expect(await invoke()).toEqual({ kind: 'answer', payload: 2 })
  })

  test('returns an error for running and waiting events when the run ends', async () => {
    const invoke = await start('export const handler = () => new Promise(() => {})', {
      ReservedConcurrentExecutions: 1,
    })
    const outcomes = Promise.all([invoke(), invoke()])
    await functions?.close()
    const ended = expect.objectContaining({ kind: 'error', errorType: 'Runtime.ExitError' })
    expect(await outcomes).toEqual([ended, ended])
  })

  test('that cannot be loaded returns the load error for each event', async () => {
    const invoke = await start('throw new Error("missing setting A")')
    expect(await invoke()).toMatchObject({ kind: 'error', errorMessage: 'missing setting A' })
  })

  test('with a reserved concurrency of 0 refuses every event', async () => {
    const invoke = await start('export const handler = async () => 1', { ReservedConcurrentExecutions: 0 })
    expect(await invoke()).toMatchObject({ kind: 'error', errorType: 'TooManyRequestsException' })
  })

  test('logs structured lines as Lambda does', async () => {
    const invoke = await start(`export const handler = async (_, c) => {
      console.info({ code: 'a' }); console.warn('two', 2); console.debug('unseen'); process.stdout.write('{"own":1}\\nplain\\n')
      console.error(new TypeError('odd'))
      return c.awsRequestId }`)
    const { payload: requestId } = (await invoke()) as { payload: string }
    await until(() => lines().some(({ message }) => message === 'plain'))
    const common = { timestamp: expect.any(String), requestId }
    expect(lines()).toEqual(
      expect.arrayContaining([
        { ...common, level: 'INFO', message: { code: 'a' } },
        { ...common, level: 'WARN', message: 'two 2' },
        { own: 1 },
        { message: 'plain' },
        expect.objectContaining({
          level: 'ERROR',
          message: expect.objectContaining({ errorType: 'TypeError', errorMessage: 'odd' }),
        }),
      ]),
    )
    expect(JSON.stringify(lines())).not.toContain('unseen')
  })

  test('logs at the template’s log level and above', async () => {
    const invoke = await start('export const handler = async () => console.debug("seen")', {
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG' },
    })
    await invoke()
    expect(lines()).toContainEqual(expect.objectContaining({ level: 'DEBUG', message: 'seen' }))
  })
})

describe('a function definition', () => {
  const properties = { Runtime: 'nodejs24.x', Handler: 'a.b', Code: { S3Key: 'a.zip' } }

  test.each([
    ['an unknown property', { ...properties, Layers: ['x'] }, 'sets Layers, which the local run does not know'],
    ['another runtime', { ...properties, Runtime: 'python3.14' }, 'runs python3.14, not Node.js'],
    ['code that the assembly lacks', { ...properties, Code: { S3Key: 'b.zip' } }, 'no code for Function'],
    [
      'a variable without text',
      { ...properties, Environment: { Variables: { A: ['x'] } } },
      'no text for the variable A',
    ],
  ])('with %s is refused', (_name, given, message) => {
    const files = { a: { source: { path: '.' }, destinations: { here: { objectKey: 'a.zip' } } } }
    writeFileSync(join(assembly, 'Sample.assets.json'), JSON.stringify({ files }))
    const stack = stackOf({ Function: { Type: 'AWS::Lambda::Function', Properties: given } })
    expect(() => readFunctions(stack, assembly)).toThrow(message)
  })
})

describe('a permission', () => {
  const pool = 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc'
  const route = 'arn:aws:execute-api:us-east-1:000000000000:api/v1/POST/auth/impersonate'
  const permitted = (properties: Record<string, unknown>, caller: { principal: string; sourceArn: string }) => {
    const stack = stackOf({
      Function: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'sample' } },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { 'Fn::GetAtt': ['Function', 'Arn'] },
          ...properties,
        },
      },
    })
    return isPermitted(readPermissions(stack), arn, caller)
  }
  const cognito = 'cognito-idp.amazonaws.com'
  const gateway = 'apigateway.amazonaws.com'

  test.each<[string, Record<string, unknown>, string, string, boolean]>([
    ['allows its principal and source', { Principal: cognito, SourceArn: pool }, cognito, pool, true],
    ['can name its function by Ref', { Principal: cognito, FunctionName: { Ref: 'Function' } }, cognito, pool, true],
    ['denies another principal', { Principal: gateway, SourceArn: pool }, cognito, pool, false],
    [
      'denies a source that is a prefix of its source',
      { Principal: cognito, SourceArn: `${pool}d` },
      cognito,
      pool,
      false,
    ],
    [
      'denies a source that begins with its source',
      { Principal: cognito, SourceArn: pool },
      cognito,
      `${pool}d`,
      false,
    ],
    ['without a source allows every source', { Principal: cognito }, cognito, pool, true],
    ['allows its source account', { Principal: cognito, SourceAccount: '000000000000' }, cognito, pool, true],
    ['denies another source account', { Principal: cognito, SourceAccount: '111111111111' }, cognito, pool, false],
    [
      'allows every stage by a wildcard',
      { Principal: gateway, SourceArn: route.replace('/v1/', '/*/') },
      gateway,
      route,
      true,
    ],
    [
      'allows several path segments by a wildcard',
      { Principal: gateway, SourceArn: route.replace('auth/impersonate', '*') },
      gateway,
      route,
      true,
    ],
    [
      'does not match a colon by a wildcard',
      { Principal: gateway, SourceArn: 'arn:aws:execute-api:*/v1/POST/auth/impersonate' },
      gateway,
      route,
      false,
    ],
    [
      'does not match a hyphen by a dot',
      { Principal: cognito, SourceArn: pool.replace('us-east-1:', 'us.east.1:') },
      cognito,
      pool,
      false,
    ],
    ['of another action denies the call', { Action: 'lambda:GetFunction', Principal: cognito }, cognito, pool, false],
  ])('%s', (_name, properties, principal, sourceArn, expected) => {
    expect(permitted(properties, { principal, sourceArn })).toBe(expected)
  })

  test('covers one function only', () => {
    const permission = { functionArn: arn, principal: cognito }
    expect(isPermitted([permission], `${arn}-2`, { principal: cognito, sourceArn: pool })).toBe(false)
  })

  test('is required: other calls are denied and logged', async () => {
    await start('export const handler = async () => 1')
    const stranger = { ...caller, principal: 's3.amazonaws.com' }
    expect(await (functions as Functions).invoke(arn, {}, stranger)).toEqual({ kind: 'denied' })
    expect(await (functions as Functions).invoke(`${arn}x`, {}, caller)).toEqual({ kind: 'denied' })
    expect(logged).toContainEqual({ source: 'run', message: `s3.amazonaws.com may not invoke ${arn}` })
  })

  test('for a missing function is refused', () => {
    const stack = stackOf({
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: { Action: 'lambda:InvokeFunction', FunctionName: 'x', Principal: 'y' },
      },
    })
    expect(() => readPermissions(stack)).toThrow('Permission names the function x, which does not exist')
  })
})
