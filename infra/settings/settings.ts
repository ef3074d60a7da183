// Every setting of a deployment: its rule, its default, and where it is read from.

import { Token } from 'aws-cdk-lib'
import { fields, list, matching, oneOf, type Rule, unlessAcknowledged, wholeNumber } from './rules.ts'

/** What must be said, word for word, to leave everyone unprotected. */
export const nobodyProtected = 'none, I accept that anyone can be acted as'

/** What must be said, word for word, to trust an actor's token alone. */
export const groupNotLookedUp = 'no, I accept that a right withdrawn lasts until the ID token ends'

/** The retention times that CloudWatch Logs takes, in days. */
const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

const clientIdPattern = /^[\w+]{1,128}$/

const groupPattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

const rules = {
  /** Who holds an API key. */
  customers: list({
    must: 'names of a letter, then letters, digits and single dashes, 40 characters at the most, one at least',
    test: (name) => name.length <= 40 && /^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/.test(name),
    least: 1,
  }),
  /** How long an impersonated session lasts, in minutes. */
  sessionMinutes: wholeNumber(5, 1440),
  /** Who may impersonate. */
  impersonatorsGroup: matching('a group name as Cognito takes it: no blanks, 128 characters at the most', groupPattern),
  /** Whose members nobody may act as. */
  protectedGroups: unlessAcknowledged(
    nobodyProtected,
    [],
    list({ must: 'group names as Cognito takes them', test: (name) => groupPattern.test(name), least: 1 }),
  ),
  reasonRequired: oneOf(true, false),
  /** A user pool that is there already; empty: one is made. */
  userPoolId: matching('a user pool id, such as us-east-1_Abc123', /^[\w-]{1,45}_[0-9a-zA-Z]+$/),
  /** The app client of that pool that actors sign in with; empty: one is made. */
  actorClientId: matching('an app client id', clientIdPattern),
  /**
   * Whether the pool runs the triggers. CloudFormation changes a pool of the same stack before it makes their function:
   * where people sign in to it already, one deployment without them saves those from the gap.
   */
  attachTriggers: oneOf(true, false),
  /** App clients, beside the one that actors sign in with, whose ID tokens count as actors'. */
  actorClientIds: list({ must: 'app client ids', test: (id) => Token.isUnresolved(id) || clientIdPattern.test(id) }),
  /** Whether `Authorization: Basic` is accepted. */
  basic: oneOf(true, false),
  /** How long ago an actor may have signed in, in minutes. */
  signInMaxAgeMinutes: wholeNumber(1, 43_200),
  /** Whether Cognito is asked at each call if the actor is still in the group. */
  lookUpGroup: unlessAcknowledged<boolean>(groupNotLookedUp, false, oneOf(true)),
  /** The API base that answers name; empty: the one that the request came in on. */
  endpointUrl: matching(
    'an https:// URL without query, fragment or slash at the end',
    /^https:\/\/[^\s/?#@]+(\/[^\s/?#]+)*$/,
  ),
  /** Requests a second that each customer has, and how many at once. */
  throttle: fields({ rate: wholeNumber(1, 10_000), burst: wholeNumber(1, 5_000) }),
  /** Requests that each customer has in a period. */
  quota: fields({ limit: wholeNumber(1, 2_147_483_647), period: oneOf('DAY', 'WEEK', 'MONTH') }),
  /** How many requests the endpoint may be at, at once: the rest of the account's Lambda concurrency is the triggers'. */
  endpointConcurrency: unlessAcknowledged<number | 'unreserved'>('unreserved', 'unreserved', wholeNumber(0, 10_000)),
  /** Whether the stage writes an access log, by the role that API Gateway has in the region for all its logs. */
  accessLog: oneOf(true, false),
  /** Who is told of alarms; empty: nobody, until somebody subscribes to the topic. */
  alarmEmail: matching('an e-mail address', /^[^\s@,"<>]+@[^\s@,"<>]+\.[^\s@,"<>.]+$/),
  /** How many refusals in a quarter of an hour are above normal. */
  alarmRefusals: wholeNumber(1, 1_000_000),
  logRetentionDays: oneOf(...logRetentions),
  recordRetentionDays: wholeNumber(1, 3650),
  /** What becomes of users and records when the stack goes. */
  data: oneOf('keep', 'destroy'),
}

type Read<R> = R extends Rule<infer T> ? T : never
export type Settings = { -readonly [Name in keyof typeof rules]: Read<(typeof rules)[Name]> }

/** What a construct takes: any of the settings, and for the two that open a hole also the words that ask for it. */
export type SettingsProps = Partial<Omit<Settings, 'protectedGroups' | 'lookUpGroup'>> & {
  protectedGroups?: string[] | typeof nobodyProtected
  lookUpGroup?: true | typeof groupNotLookedUp
}

const defaults: Omit<Settings, 'protectedGroups'> = {
  customers: ['default'],
  sessionMinutes: 60,
  impersonatorsGroup: 'impersonators',
  reasonRequired: false,
  userPoolId: '',
  actorClientId: '',
  attachTriggers: true,
  actorClientIds: [],
  basic: true,
  signInMaxAgeMinutes: 720,
  lookUpGroup: true,
  endpointUrl: '',
  // Far below the 120 sign-ins a second that Cognito gives a pool, so that one customer can't crowd out its users.
  throttle: { rate: 25, burst: 50 },
  quota: { limit: 10_000, period: 'DAY' },
  // A new account may have 10 in all, of which none can be reserved.
  endpointConcurrency: 'unreserved',
  accessLog: true,
  alarmEmail: '',
  alarmRefusals: 25,
  logRetentionDays: 180,
  recordRetentionDays: 400,
  data: 'keep',
}

/**
 * The settings in full. Values may be of their own type or, as `-c name=value` gives them, text: lists by comma, or JSON.
 * @throws Error naming the setting, the value and the rule.
 */
export function readSettings(values: object): Settings {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  const settings = {
    ...defaults,
    ...Object.fromEntries(given.map(([name, value]) => [name, readSetting(name, value)])),
  }
  const { impersonatorsGroup, protectedGroups = [impersonatorsGroup, 'admins'] } = settings as Partial<Settings>
  const complete = { ...settings, protectedGroups } as Settings
  checkTogether(complete)
  return complete
}

/**
 * The settings in CDK context, not read yet. They stand at its top level, where CDK's own keys hold a colon, an at sign
 * or a slash: any other key counts as a setting.
 * @throws Error naming one that there is not, such as one misspelt.
 */
export function settingsInContext(context: Record<string, unknown>): SettingsProps {
  const settings = Object.entries(context).filter(([key]) => !/[:@/]/.test(key))
  for (const [name] of settings) assertKnown(name)
  return Object.fromEntries(settings)
}

/** A customer's name as the outputs' names have it: `acme-corp` is `AcmeCorp`. */
export function outputName(customer: string): string {
  return customer.replace(/(^|-)(.)/g, (_match, _dash, letter: string) => letter.toUpperCase())
}

function assertKnown(name: string): void {
  if (Object.hasOwn(rules, name)) return
  throw new Error(`setting ${name}: there is no such setting; there are ${Object.keys(rules).join(', ')}`)
}

function readSetting(name: string, value: unknown): unknown {
  assertKnown(name)
  const rule: Rule<unknown> = rules[name as keyof typeof rules]
  const read = rule.read(value)
  if (read === undefined) refuse(name, value, rule.must)
  return read
}

function checkTogether({ customers, impersonatorsGroup, protectedGroups }: Settings): void {
  const names = customers.map((customer) => outputName(customer).toLowerCase())
  if (new Set(names).size < names.length) {
    refuse(
      'customers',
      customers,
      'names that differ by more than capitals and dashes, since outputs are named after them',
    )
  }
  if (protectedGroups.length > 0 && !protectedGroups.includes(impersonatorsGroup)) {
    refuse(
      'protectedGroups',
      protectedGroups,
      `a list with "${impersonatorsGroup}", whose members may impersonate, in it`,
    )
  }
}

function refuse(name: string, value: unknown, must: string): never {
  throw new Error(`setting ${name} is ${JSON.stringify(value)}, but it must be ${must}`)
}
