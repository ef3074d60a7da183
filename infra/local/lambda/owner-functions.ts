// The functions of the pool's owner that the setting nextTriggers names. They are not part of the template.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type NextTriggers, nextArns } from '../../../lambda/next-triggers.ts'
import type { FunctionDefinition } from './function-definitions.ts'
import type { Permission } from './permissions.ts'

/**
 * Finds each function by its name, as a folder with index.mjs.
 * @param folder the folder of these folders
 * @throws Error naming the function whose code is missing
 */
export function ownerFunctions(
  next: NextTriggers,
  known: readonly FunctionDefinition[],
  folder: string | undefined,
): FunctionDefinition[] {
  const arns = new Set(nextArns(next).map(([, arn]) => arn))
  const others = [...arns].filter((arn) => !known.some((definition) => definition.arn === arn))
  return others.map((arn) => {
    const [name = ''] = arn.split(':').slice(6)
    if (folder === undefined) throw new Error(`nextTriggers names the function ${name}: set triggersFolder`)
    const directory = resolve(folder, name)
    if (!existsSync(join(directory, 'index.mjs'))) {
      throw new Error(`nextTriggers names the function ${name}, but its code is missing: ${directory}/index.mjs`)
    }
    return ownerFunction({ arn, directory })
  })
}

export function ownerFunction({ arn, directory }: { arn: string; directory: string }): FunctionDefinition {
  return {
    name: arn.split(':')[6] ?? '',
    arn,
    directory,
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 3,
    memoryMegabytes: 128,
    logLevel: 'INFO',
  }
}

/** Cognito's permissions: the owner's pool already ran these functions. */
export function permissionsOfCognito(definitions: readonly FunctionDefinition[]): Permission[] {
  return definitions.map(({ arn }) => ({ functionArn: arn, principal: 'cognito-idp.amazonaws.com' }))
}
