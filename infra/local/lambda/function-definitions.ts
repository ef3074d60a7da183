// Reads the AWS::Lambda::Function resources, and finds their code among the assets of the synthesized stack.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'

export interface FunctionDefinition {
  name: string
  arn: string
  /** Where the bundle lies. */
  directory: string
  /** `file.export`, as Lambda takes it. */
  handler: string
  environment: Record<string, string>
  timeoutSeconds: number
  memoryMegabytes: number
  /** Least level of what is logged, of Lambda's JSON log format. */
  logLevel: string
  /** How many events at once; 0 switches the function off. */
  reservedConcurrency?: number
}

const obeyed = ['Code', 'Environment', 'FunctionName', 'Handler', 'LoggingConfig', 'MemorySize', 'Runtime', 'Timeout']
const withoutEffect = ['Architectures', 'Description', 'RecursiveLoop', 'Role', 'Tags', 'TracingConfig']

/** @param assembly the folder that the stack was synthesized into */
export function readFunctions(stack: Stack, assembly: string): FunctionDefinition[] {
  const assets = readAssets(join(assembly, `${stack.place.stackName}.assets.json`))
  return stack.resources('AWS::Lambda::Function').map((fn) => {
    expectOnly(fn, [...obeyed, 'ReservedConcurrentExecutions', ...withoutEffect])
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
