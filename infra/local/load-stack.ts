// Reads the synthesized stack: its template, its functions, and who may invoke them.

import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NextTriggers } from '../../lambda/next-triggers.ts'
import { type Account, stackLocation } from './account.ts'
import type { Closers } from './closers.ts'
import { synthesizeInto } from './cloudformation/assembly.ts'
import { Stack } from './cloudformation/stack.ts'
import type { Template } from './cloudformation/template.ts'
import { type EventSource, readEventSources } from './events/event-sources.ts'
import * as files from './files.ts'
import { type FunctionDefinition, readFunctions } from './lambda/function-definitions.ts'
import { type FunctionSettings, readOwnTriggers, readSettings } from './lambda/function-settings.ts'
import { ownerFunctions, permissionsOfCognito } from './lambda/owner-functions.ts'
import { type PassableRoles, readPassableRoles } from './lambda/pass-role.ts'
import { type Permission, readPermissions } from './lambda/permissions.ts'

export interface LoadStackOptions {
  /** Settings, as in cdk.json or `-c`. */
  context?: Record<string, unknown>
  /** A folder that `synthesizeInto` filled. Several runs can share it. If set, `context` is ignored. */
  assembly?: string
  /** Changes the template before it is deployed. */
  change?: (template: Template) => void
  account?: Account
  /** Has the code of the functions that the setting nextTriggers names: `<name>/index.mjs`. */
  triggersFolder?: string
}

export interface LoadedStack {
  stack: Stack
  definitions: FunctionDefinition[]
  permissions: Permission[]
  passableRoles: PassableRoles
  eventSources: EventSource[]
  settings: FunctionSettings
  /** The pool's own triggers. */
  nextTriggers: NextTriggers
}

/** @throws Error when a setting breaks its rule, or when the template has something that the local run does not know */
export async function loadStack(options: LoadStackOptions, closers: Closers): Promise<LoadedStack> {
  const assembly = options.assembly ?? (await synthesizeIntoTemporaryFolder(options.context, closers))
  const template: Template = JSON.parse(
    readFileSync(join(assembly, `${stackLocation.stackName}.template.json`), 'utf8'),
  )
  options.change?.(template)
  const stack = new Stack(template, stackLocation, options.account?.secrets)
  const definitions = readFunctions(stack, assembly)
  const nextTriggers = readOwnTriggers(definitions)
  const owners = options.account
    ? []
    : ownerFunctions(nextTriggers, definitions, options.triggersFolder ?? files.triggersFolder)
  return {
    stack,
    definitions: [...definitions, ...owners],
    permissions: [...readPermissions(stack), ...permissionsOfCognito(owners)],
    passableRoles: readPassableRoles(stack),
    eventSources: readEventSources(stack),
    settings: readSettings(definitions),
    nextTriggers,
  }
}

async function synthesizeIntoTemporaryFolder(
  context: Record<string, unknown> | undefined,
  closers: Closers,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'impersonation-'))
  closers.add(() => rm(folder, { recursive: true, force: true }))
  await synthesizeInto(folder, context)
  return folder
}
