// Reads and checks a deployment's settings.

import { Construct } from 'constructs'
import { actorGroups } from '../../lambda/actor-groups.ts'
import { nearestName } from './nearest-name.ts'
import type { Rule } from './rules.ts'
import { groupNotLookedUp, type Setting, type Settings, type SettingsProps, settingsTable } from './settings.ts'
import { staffGroups } from './staff-groups.ts'

/**
 * Checks the values and adds the defaults. A value can also be text, as in `-c name=value`. A list as text is JSON or has
 * commas between the items. An object as text is JSON.
 * @param otherNames names beside the settings, which an error for an unknown name can propose
 * @throws Error naming the setting, the value and the rule
 */
export function readSettings(values: object, otherNames: readonly string[] = []): Settings {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  for (const [name] of given) assertKnown(name, otherNames)
  const read = new Map(given.map(([name, value]) => [name, readSetting(name, value)]))
  const entries = Object.entries<Setting<unknown>>(settingsTable)
  const set = Object.fromEntries(entries.map(([name, { default: value }]) => [name, read.get(name) ?? value]))
  // Some defaults depend on other settings.
  const complete = Object.entries(set).map(([name, value]) => [name, typeof value === 'function' ? value(set) : value])
  const settings: Settings = Object.fromEntries(complete)
  checkTogether(settings)
  return settings
}

/**
 * Selects the settings from CDK context: the keys without a colon, an at sign or a slash. CDK's own keys contain one.
 * @param otherNames names beside the settings, which an error for an unknown name can propose
 * @returns the values, unchecked
 * @throws Error naming an unknown setting, e.g. a typo
 */
export function settingsInContext(context: Record<string, unknown>, otherNames: readonly string[] = []): SettingsProps {
  const settings = Object.entries(context).filter(([key]) => !/[:@/]/.test(key))
  for (const [name] of settings) assertKnown(name, otherNames)
  return Object.fromEntries(settings)
}

/** The customer's part of an output's name: `AcmeCorp` for `acme-corp`. */
export function outputName(customer: string): string {
  return customer.replace(/(^|-)(.)/g, (_match, _dash, letter: string) => letter.toUpperCase())
}

function assertKnown(name: string, otherNames: readonly string[]): void {
  if (Object.hasOwn(settingsTable, name)) return
  const names = [...otherNames, ...Object.keys(settingsTable)]
  const nearest = nearestName(name, names)
  const hint = nearest ? `. Do you mean ${nearest}?` : `: the settings are ${names.join(', ')}`
  throw new Error(`unknown setting ${name}${hint}`)
}

function readSetting(name: string, value: unknown): unknown {
  const { rule }: Setting<unknown> = settingsTable[name as keyof typeof settingsTable]
  return readValue(`setting ${name}`, value, rule)
}

/** @throws Error naming the value and the rule that it breaks */
export function readValue<T>(name: string, value: unknown, rule: Rule<T>): T {
  const read = rule.read(value)
  if (read === undefined) refuse(name, value, rule.must)
  return read
}

function checkTogether(settings: Settings): void {
  const { customers, resourceServers, throttle, stageThrottle } = settings
  const byCapitalsAndDashes = 'names that differ by more than capitals and dashes, since the outputs contain them'
  if (!areDistinct(customers)) refuse('setting customers', customers, byCapitalsAndDashes)
  if (!areDistinct(resourceServers)) refuse('setting resourceServers', resourceServers, byCapitalsAndDashes)
  if (!areDistinct([...customers, ...resourceServers])) {
    refuse(
      'setting resourceServers',
      resourceServers,
      `a list of other names than those of the customers, ${JSON.stringify(customers)}: a key is a customer's or a resource server's`,
    )
  }
  checkGroups(settings)
  if (throttle.rate > stageThrottle.rate || throttle.burst > stageThrottle.burst) {
    refuse('setting stageThrottle', stageThrottle, `at least the throttle of one customer, ${JSON.stringify(throttle)}`)
  }
  if (settings.actorAcr.length > 0 && settings.basic) {
    refuse(
      'setting basic',
      true,
      'false with actorAcr: a sign-in by Basic is by password alone, and its token has no acr',
    )
  }
  if (!settings.defaultEndpoint && !settings.endpointUrl) {
    refuse('setting defaultEndpoint', false, 'true, unless endpointUrl names the custom domain that replaces it')
  }
}

function areDistinct(names: string[]): boolean {
  return new Set(names.map((name) => outputName(name).toLowerCase())).size === names.length
}

/** The groups with a right are protected, unless nobody is: whoever could act as an auditor could hide an impersonation. */
function checkGroups(settings: Settings): void {
  const { impersonatorsGroup, auditorsGroup, protectedGroups, mayActAs, approvalGroups, lookUpGroup } = settings
  const actors = actorGroups(settings)
  if (!actors.includes(impersonatorsGroup)) {
    refuse(
      'setting impersonatorsGroup',
      impersonatorsGroup,
      `a key of mayActAs, because only members of these groups may impersonate: set impersonatorsGroup to one of ${JSON.stringify(actors)}`,
    )
  }
  if (actors.includes(auditorsGroup)) {
    const other = mayActAs === 'none' ? 'impersonatorsGroup' : 'the keys of mayActAs'
    refuse('setting auditorsGroup', auditorsGroup, `another group than ${other}: an auditor may not impersonate`)
  }
  if (mayActAs !== 'none' && !lookUpGroup) {
    refuse(
      'setting lookUpGroup',
      groupNotLookedUp,
      'true with mayActAs: the endpoint must ask Cognito for the groups of the actor',
    )
  }
  if (approvalGroups.length > 0 && !lookUpGroup) {
    refuse(
      'setting lookUpGroup',
      groupNotLookedUp,
      "true with approvalGroups: an approved ticket can outlive the actor's ID token",
    )
  }
  const missing = staffGroups(settings).filter((name) => !protectedGroups.includes(name))
  if (protectedGroups.length === 0 || missing.length === 0) return
  refuse('setting protectedGroups', protectedGroups, mustProtect(settings, missing))
}

function mustProtect(settings: Settings, missing: readonly string[]): string {
  const { auditorsGroup, approversGroup, protectedGroups } = settings
  const actors = actorGroups(settings)
  const groups = [
    `${quoted(actors)}, the group${actors.length > 1 ? 's' : ''} whose members may impersonate`,
    `"${auditorsGroup}", the group whose members see and end every impersonation`,
    ...(approversGroup ? [`"${approversGroup}", the group whose members approve impersonations`] : []),
  ]
  return `a list that contains ${groups.join(', and ')}: ${JSON.stringify([...protectedGroups, ...missing])}`
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ')

function refuse(name: string, value: unknown, must: string): never {
  // JSON can't contain a construct, which has circular references.
  const text = JSON.stringify(value, (_, inner) => (Construct.isConstruct(inner) ? inner.node.path : inner))
  throw new Error(`${name} is ${text}, but it must be ${must}`)
}
