// Reads and checks a deployment's settings.

import { Construct } from 'constructs'
import { nearestName } from './nearest-name.ts'
import type { Rule } from './rules.ts'
import { type Setting, type Settings, type SettingsProps, settingsTable } from './settings.ts'

/**
 * Checks the values and adds the defaults. A value can also be text, as in `-c name=value`. A list as text is JSON or has
 * commas between the items. An object as text is JSON.
 * @param otherNames names beside the settings, which an error for an unknown name can propose
 * @throws Error naming the setting, the value and the rule
 */
export function readSettings(values: object, otherNames: readonly string[] = []): Settings {
  const set = Object.entries(values).filter(([, value]) => value !== undefined)
  for (const [name] of set) assertKnown(name, otherNames)
  const read = new Map(set.map(([name, value]) => [name, readSetting(name, value)]))
  const impersonatorsGroup = String(read.get('impersonatorsGroup') ?? settingsTable.impersonatorsGroup.default)
  const complete = Object.entries<Setting<unknown>>(settingsTable).map(([name, { default: value }]) => [
    name,
    read.get(name) ?? (typeof value === 'function' ? value({ impersonatorsGroup }) : value),
  ])
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
  const { customers, impersonatorsGroup, protectedGroups, throttle, stageThrottle } = settings
  const names = customers.map((customer) => outputName(customer).toLowerCase())
  if (new Set(names).size < names.length) {
    refuse(
      'setting customers',
      customers,
      'names that differ by more than capitals and dashes, since the outputs contain them',
    )
  }
  if (protectedGroups.length > 0 && !protectedGroups.includes(impersonatorsGroup)) {
    refuse(
      'setting protectedGroups',
      protectedGroups,
      `a list that contains "${impersonatorsGroup}", the group whose members may impersonate`,
    )
  }
  if (throttle.rate > stageThrottle.rate || throttle.burst > stageThrottle.burst) {
    refuse('setting stageThrottle', stageThrottle, `at least the throttle of one customer, ${JSON.stringify(throttle)}`)
  }
  if (!settings.defaultEndpoint && !settings.endpointUrl) {
    refuse('setting defaultEndpoint', false, 'true, unless endpointUrl names the custom domain that replaces it')
  }
}

function refuse(name: string, value: unknown, must: string): never {
  // JSON can't contain a construct, which has circular references.
  const text = JSON.stringify(value, (_, inner) => (Construct.isConstruct(inner) ? inner.node.path : inner))
  throw new Error(`${name} is ${text}, but it must be ${must}`)
}
