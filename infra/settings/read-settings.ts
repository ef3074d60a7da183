// Reads and checks a deployment's settings.

import { Construct } from 'constructs'
import { type Setting, type Settings, type SettingsProps, settingsTable } from './settings.ts'

/**
 * Checks the values and adds the defaults. A value can also be text, as in `-c name=value`. A list as text is JSON or has
 * commas between the items. An object as text is JSON.
 * @throws Error naming the setting, the value and the rule
 */
export function readSettings(values: object): Settings {
  const set = Object.entries(values).filter(([, value]) => value !== undefined)
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
 * @returns the values, unchecked
 * @throws Error naming an unknown setting, e.g. a typo
 */
export function settingsInContext(context: Record<string, unknown>): SettingsProps {
  const settings = Object.entries(context).filter(([key]) => !/[:@/]/.test(key))
  for (const [name] of settings) assertKnown(name)
  return Object.fromEntries(settings)
}

/** The customer's part of an output's name: `AcmeCorp` for `acme-corp`. */
export function outputName(customer: string): string {
  return customer.replace(/(^|-)(.)/g, (_match, _dash, letter: string) => letter.toUpperCase())
}

function assertKnown(name: string): void {
  if (Object.hasOwn(settingsTable, name)) return
  throw new Error(`unknown setting ${name}: the settings are ${Object.keys(settingsTable).join(', ')}`)
}

function readSetting(name: string, value: unknown): unknown {
  assertKnown(name)
  const { rule }: Setting<unknown> = settingsTable[name as keyof typeof settingsTable]
  const read = rule.read(value)
  if (read === undefined) refuse(name, value, rule.must)
  return read
}

function checkTogether(settings: Settings): void {
  const { customers, impersonatorsGroup, protectedGroups, throttle, stageThrottle } = settings
  const names = customers.map((customer) => outputName(customer).toLowerCase())
  if (new Set(names).size < names.length) {
    refuse('customers', customers, 'names that differ by more than capitals and dashes, since the outputs contain them')
  }
  if (protectedGroups.length > 0 && !protectedGroups.includes(impersonatorsGroup)) {
    refuse(
      'protectedGroups',
      protectedGroups,
      `a list that contains "${impersonatorsGroup}", the group whose members may impersonate`,
    )
  }
  if (throttle.rate > stageThrottle.rate || throttle.burst > stageThrottle.burst) {
    refuse('stageThrottle', stageThrottle, `at least the throttle of one customer, ${JSON.stringify(throttle)}`)
  }
  if (!settings.defaultEndpoint && !settings.endpointUrl) {
    refuse('defaultEndpoint', false, 'true, unless endpointUrl names the custom domain that replaces it')
  }
}

function refuse(name: string, value: unknown, must: string): never {
  // JSON can't contain a construct, which has circular references.
  const text = JSON.stringify(value, (_, inner) => (Construct.isConstruct(inner) ? inner.node.path : inner))
  throw new Error(`setting ${name} is ${text}, but it must be ${must}`)
}
