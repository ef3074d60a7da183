// Reads the Lambda functions of the template and locates their bundles.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'

export interface FunctionDefinition {
  name: string
  arn: string
  /** The folder of the bundle. */
  directory: string
  /** `file.export` */
  handler: string
  environment: Record<string, string>
  timeoutSeconds: number
  memoryMegabytes: number
  /** The lowest level to log, in Lambda's JSON log format. */
  logLevel: string
  /** The maximum number of concurrent events; 0 disables the function. */
  reservedConcurrency?: number
}

const supported = [
  'Code',
  'Environment',
  'FunctionName',
  'Handler',
  'LoggingConfig',
  'MemorySize',
  'ReservedConcurrentExecutions',
  'Runtime',
  'Timeout',
]
const ignored = ['Architectures', 'Description', 'RecursiveLoop', 'Role', 'Tags', 'TracingConfig']

/**
 * @param assembly the folder of the synthesized stack
 * @throws Error naming an unknown property, another runtime than Node.js, missing code, or a variable that is an object
 */
export function readFunctions(stack: Stack, assembly: string): FunctionDefinition[] {
  const assets = readAssets(join(assembly, `${stack.place.stackName}.assets.json`))
  return stack.resources('AWS::Lambda::Function').map((fn) => {
    expectOnly(fn, [...supported, ...ignored])
    const { Code, Environment, Handler, LoggingConfig, MemorySize, Runtime, Timeout } = fn.properties
    const reserved = fn.properties.ReservedConcurrentExecutions
    if (!String(Runtime).startsWith('nodejs')) throw new Error(`template: ${fn.logicalId} runs ${Runtime}, not Node.js`)
    const source = assets.get(String((Code as Record<string, unknown> | undefined)?.S3Key))
    const directory = source === undefined ? undefined : join(assembly, source)
    if (!directory || !existsSync(directory)) throw new Error(`template: no code for ${fn.logicalId} in the assembly`)
    return {
      name: fn.id,
      arn: stack.attribute(fn.logicalId, 'Arn'),
      directory,
      handler: String(Handler),
      environment: readEnvironment(fn, Environment),
      timeoutSeconds: Number(Timeout ?? 3),
      memoryMegabytes: Number(MemorySize ?? 128),
      logLevel: String((LoggingConfig as Record<string, unknown> | undefined)?.ApplicationLogLevel ?? 'INFO'),
      ...(reserved !== undefined && { reservedConcurrency: Number(reserved) }),
    }
  })
}

function readEnvironment(fn: Resource, environment: unknown): Record<string, string> {
  const variables = (environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {}
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      if (typeof value === 'object') throw new Error(`template: ${fn.logicalId} has no text for the variable ${name}`)
      return [name, String(value)]
    }),
  )
}

/** The folders of the assets by object key. */
function readAssets(path: string): Map<string, string> {
  const { files } = JSON.parse(readFileSync(path, 'utf8')) as {
    files: Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>
  }
  return new Map(
    Object.values(files).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, source.path] as const),
    ),
  )
}
