// Reads the functions' settings from environment variables, and checks them.

import { isObject, parseJson } from './json.ts'
import { readNextTriggers } from './next-triggers.ts'

type Environment = Readonly<Record<string, string | undefined>>
/** Reads a variable's value. Throws if it is missing or malformed. */
type Read = (value: string | undefined, name: string) => unknown
export type Variables = Readonly<Record<string, readonly [name: string, read: Read]>>

export type ConfigOf<V extends Variables> = { [Setting in keyof V]: ReturnType<V[Setting][1]> }
export type EnvironmentOf<V extends Variables> = Record<V[keyof V][0], string>

export const endpointVariables = {
  userPoolId: ['USER_POOL_ID', text],
  /** The app client that Basic signs in with. */
  actorClientId: ['ACTOR_CLIENT_ID', text],
  /** ID tokens of these app clients are accepted from actors. */
  actorClientIds: ['ACTOR_CLIENT_IDS', list],
  impersonationClientId: ['IMPERSONATION_CLIENT_ID', text],
  impersonationClientSecret: ['IMPERSONATION_CLIENT_SECRET', clientSecret],
  recordsTableName: ['RECORDS_TABLE_NAME', text],
  impersonatorsGroup: ['IMPERSONATORS_GROUP', text],
  mayActAs: ['MAY_ACT_AS', readMayActAs],
  /** Tokens of a member of these groups are not handed over. */
  protectedGroups: ['PROTECTED_GROUPS', list],
  sessionMinutes: ['SESSION_MINUTES', count],
  recordRetentionDays: ['RECORD_RETENTION_DAYS', count],
  signInMaxAgeMinutes: ['SIGN_IN_MAX_AGE_MINUTES', count],
  /** The `acr` values that an ID token of staff may have. Empty: no `acr` is needed. */
  actorAcr: ['ACTOR_ACR', list],
  /** How many impersonations one actor may ask for. */
  actorLimit: ['ACTOR_LIMIT', actorLimit],
  /** To act as a member of these groups, an actor needs the approval of another person. */
  approvalGroups: ['APPROVAL_GROUPS', list],
  /** Ask Cognito at each call whether the actor is still in the group. */
  lookUpGroup: ['LOOK_UP_GROUP', flag],
  /** Accept `Authorization: Basic`. */
  basic: ['BASIC', flag],
  reasonRequired: ['REASON_REQUIRED', flag],
  /** A reason must match this. */
  reasonPattern: ['REASON_PATTERN', reasonPattern],
  /** Send the caller's address and headers with the subject's sign-in, for Cognito's threat protection. */
  subjectContextData: ['SUBJECT_CONTEXT_DATA', flag],
  /** `endpointUrl` of the response. Undefined: the base URL of the request. */
  endpointUrl: ['ENDPOINT_URL', optionalText],
  /** The API keys of the customers. No other key opens the routes that need one. */
  apiKeyIds: ['API_KEY_IDS', list],
  /** How long a ticket can be redeemed. */
  ticketSeconds: ['TICKET_SECONDS', count],
  /** The origins whose pages may redeem a ticket. */
  appOrigins: ['APP_ORIGINS', list],
} as const satisfies Variables

/** The function that lists, reads, approves and ends impersonations. */
export const oversightVariables = {
  userPoolId: ['USER_POOL_ID', text],
  /** The app client that Basic signs in with. */
  actorClientId: ['ACTOR_CLIENT_ID', text],
  actorClientIds: ['ACTOR_CLIENT_IDS', list],
  /** ID tokens of these app clients are accepted from subjects. */
  subjectClientIds: ['SUBJECT_CLIENT_IDS', list],
  impersonationClientId: ['IMPERSONATION_CLIENT_ID', text],
  recordsTableName: ['RECORDS_TABLE_NAME', text],
  impersonatorsGroup: ['IMPERSONATORS_GROUP', text],
  mayActAs: ['MAY_ACT_AS', readMayActAs],
  /** Members see and end every impersonation. */
  auditorsGroup: ['AUDITORS_GROUP', text],
  /** Members approve prepared impersonations. */
  approversGroup: ['APPROVERS_GROUP', text],
  /** Empty: no impersonation needs approval. */
  approvalGroups: ['APPROVAL_GROUPS', list],
  signInMaxAgeMinutes: ['SIGN_IN_MAX_AGE_MINUTES', count],
  actorAcr: ['ACTOR_ACR', list],
  lookUpGroup: ['LOOK_UP_GROUP', flag],
  basic: ['BASIC', flag],
  /** Show subjects the reason. */
  subjectsSeeReason: ['SUBJECTS_SEE_REASON', flag],
  /** The API keys of the customers. No other key opens these routes. */
  apiKeyIds: ['API_KEY_IDS', list],
  /** The origins whose pages may end an impersonation. */
  appOrigins: ['APP_ORIGINS', list],
} as const satisfies Variables

/** The function that introspects tokens. */
export const introspectionVariables = {
  userPoolId: ['USER_POOL_ID', text],
  impersonationClientId: ['IMPERSONATION_CLIENT_ID', text],
  recordsTableName: ['RECORDS_TABLE_NAME', text],
  impersonatorsGroup: ['IMPERSONATORS_GROUP', text],
  mayActAs: ['MAY_ACT_AS', readMayActAs],
  lookUpGroup: ['LOOK_UP_GROUP', flag],
  /** The API keys of the resource servers. No other key opens introspection. */
  apiKeyIds: ['API_KEY_IDS', list],
} as const satisfies Variables

export const triggerVariables = {
  impersonationClientId: ['IMPERSONATION_CLIENT_ID', text],
  recordsTableName: ['RECORDS_TABLE_NAME', text],
  protectedGroups: ['PROTECTED_GROUPS', list],
  /** Unless this is `none`, the record must allow a group of the subject. */
  mayActAs: ['MAY_ACT_AS', readMayActAs],
  approvalGroups: ['APPROVAL_GROUPS', list],
  sessionMinutes: ['SESSION_MINUTES', count],
  /** Added to the access token. */
  scopes: ['SCOPES', list],
  /** The pool's own triggers. Empty: the pool has none. */
  nextTriggers: ['NEXT_TRIGGERS', readNextTriggers],
} as const satisfies Variables

/** The function that puts an event for each change of a record. */
export const eventVariables = {
  /** The ARN of the event bus. */
  eventBus: ['EVENT_BUS', text],
  deadLetterQueueUrl: ['DEAD_LETTER_QUEUE_URL', text],
} as const satisfies Variables

/** The only pool that the attaching function may change, the function that it attaches, and those that it puts back. */
export const attachmentVariables = {
  userPoolId: ['USER_POOL_ID', text],
  /** Our trigger function. */
  triggersArn: ['TRIGGERS_ARN', text],
  nextTriggers: ['NEXT_TRIGGERS', readNextTriggers],
  /** The pool's role for text messages, which this function may pass. */
  smsRoleArn: ['SMS_ROLE_ARN', optionalText],
} as const satisfies Variables

/** The only pool and groups that the group function may change or require. */
export const groupVariables = {
  userPoolId: ['USER_POOL_ID', text],
  stackId: ['STACK_ID', text],
  /** Groups that it makes. */
  groupNames: ['GROUP_NAMES', list],
  /** Groups that must exist. */
  requiredGroups: ['REQUIRED_GROUPS', list],
} as const satisfies Variables

export type EndpointConfig = ConfigOf<typeof endpointVariables>
export type OversightConfig = ConfigOf<typeof oversightVariables>
export type IntrospectionConfig = ConfigOf<typeof introspectionVariables>
export type TriggerConfig = ConfigOf<typeof triggerVariables>
export type EventConfig = ConfigOf<typeof eventVariables>
export type AttachmentConfig = ConfigOf<typeof attachmentVariables>
export type GroupConfig = ConfigOf<typeof groupVariables>

export type EndpointEnvironment = EnvironmentOf<typeof endpointVariables>
export type OversightEnvironment = EnvironmentOf<typeof oversightVariables>
export type TriggerEnvironment = EnvironmentOf<typeof triggerVariables>
export type AttachmentEnvironment = EnvironmentOf<typeof attachmentVariables>
export type GroupEnvironment = EnvironmentOf<typeof groupVariables>

/** @throws Error naming the variable that is missing or malformed. */
export function readEndpointConfig(env: Environment): EndpointConfig {
  return readConfig(endpointVariables, env)
}

/** @throws Error naming the variable that is missing or malformed. */
export function readOversightConfig(env: Environment): OversightConfig {
  return readConfig(oversightVariables, env)
}

/** @throws Error naming the variable that is missing or malformed. */
export function readIntrospectionConfig(env: Environment): IntrospectionConfig {
  return readConfig(introspectionVariables, env)
}

/** @throws Error naming the variable that is missing or malformed. */
export function readTriggerConfig(env: Environment): TriggerConfig {
  return readConfig(triggerVariables, env)
}

/** @throws Error naming the variable that is missing or malformed. */
export function readEventConfig(env: Environment): EventConfig {
  return readConfig(eventVariables, env)
}

/** @throws Error naming the variable that is missing or malformed. */
export function readAttachmentConfig(env: Environment): AttachmentConfig {
  return readConfig(attachmentVariables, env)
}

/** @throws Error naming the variable that is missing or malformed. */
export function readGroupConfig(env: Environment): GroupConfig {
  return readConfig(groupVariables, env)
}

function readConfig<V extends Variables>(variables: V, env: Environment): ConfigOf<V> {
  const settings = Object.entries(variables).map(([setting, [name, read]]) => [setting, read(env[name], name)])
  return Object.fromEntries(settings)
}

function optionalText(value: string | undefined): string | undefined {
  return value || undefined
}

function text(value: string | undefined, name: string): string {
  if (!value) throw new Error(`missing setting ${name}`)
  return value
}

/** Cognito's pattern (API reference, ClientSecretDescriptorType), plus `/`, which an emulator's secrets contain. */
const clientSecretPattern = /^[\w+/]{24,64}$/

/** CloudFormation has returned a sentence in place of a secret. The error must not quote the value: it may be a secret. */
function clientSecret(value: string | undefined, name: string): string {
  const secret = text(value, name)
  if (clientSecretPattern.test(secret)) return secret
  throw new Error(`setting ${name} must be an app client's secret: 24 to 64 letters, digits, _, + or /`)
}

function isListOfNames(items: unknown): items is string[] {
  return Array.isArray(items) && items.every((item) => typeof item === 'string' && item !== '')
}

function list(value: string | undefined, name: string): string[] {
  const items = parseJson(text(value, name))
  if (isListOfNames(items)) return items
  throw new Error(`setting ${name} must be a JSON array of names`)
}

/** Maps an actors' group to the groups of subjects whom its members may act as. `*` is everyone. */
export type MayActAs = Readonly<Record<string, readonly string[]>>

export function readMayActAs(value: string | undefined, name: string): MayActAs | 'none' {
  const word = text(value, name)
  if (word === 'none') return word
  const map = parseJson(word)
  if (isObject(map) && Object.values(map).every(isListOfNames)) return map as MayActAs
  throw new Error(`setting ${name} must be none, or a JSON object of arrays of names`)
}

export const periods = ['MINUTE', 'HOUR', 'DAY'] as const

export interface ActorLimit {
  limit: number
  period: (typeof periods)[number]
}

function actorLimit(value: string | undefined, name: string): ActorLimit | 'none' {
  const word = text(value, name)
  if (word === 'none') return word
  const { limit, period } = Object(parseJson(word))
  if (Number.isSafeInteger(limit) && limit > 0 && periods.includes(period)) return { limit, period }
  throw new Error(`setting ${name} must be none, or a JSON object with a positive whole limit and a period`)
}

export interface ReasonPattern {
  /** A regular expression. */
  pattern: string
  /** Tells the caller what the reason must be. */
  description: string
}

function reasonPattern(value: string | undefined, name: string): ReasonPattern | 'none' {
  const word = text(value, name)
  if (word === 'none') return word
  const { pattern, description } = Object(parseJson(word))
  if (typeof pattern === 'string' && pattern && typeof description === 'string' && description)
    return { pattern, description }
  throw new Error(`setting ${name} must be none, or a JSON object with a pattern and a description`)
}

function count(value: string | undefined, name: string): number {
  const number = Number(text(value, name))
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new Error(`setting ${name} must be a positive whole number`)
}

function flag(value: string | undefined, name: string): boolean {
  const word = text(value, name)
  if (word === 'true' || word === 'false') return word === 'true'
  throw new Error(`setting ${name} must be true or false`)
}
