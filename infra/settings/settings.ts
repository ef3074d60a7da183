// Every setting of a deployment, with its default and its rule.

import { Token } from 'aws-cdk-lib'
import { periods } from '../../lambda/config.ts'
import { compileReasonPattern } from '../../lambda/endpoint/reason-pattern.ts'
import { longestTicketLifetime } from '../../lambda/grant.ts'
import { isGrantable } from '../../lambda/scopes.ts'
import { canBeRequired, isAttributeName } from './attribute-names.ts'
import { isGroupName } from './group-names.ts'
import { mayActAsRule } from './may-act-as.ts'
import { type NextTriggersProps, nextTriggersRule } from './next-triggers.ts'
import { fields, list, matching, oneOf, orWord, type Rule, unlessAcknowledged, wholeNumber } from './rules.ts'
import { type StaffSettings, staffGroups } from './staff-groups.ts'

/** With this exact sentence as `protectedGroups`, nobody is protected. */
export const nobodyProtected = 'none, I accept that anyone can be acted as'

/** With this exact sentence as `lookUpGroup`, the endpoint does not ask Cognito about the actor: it trusts the ID token. */
export const groupNotLookedUp = 'no, I accept that a right withdrawn lasts until the ID token ends'

/** The retention times that CloudWatch Logs accepts, in days. */
const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

const clientIdPattern = /^[\w+]{1,128}$/

const roleArnPattern = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/
const smsRoleRule = matching('the ARN of an IAM role, such as arn:aws:iam::123456789012:role/sms', {
  test: (arn) => Token.isUnresolved(arn) || roleArnPattern.test(arn),
})

const nameList = list({
  must: 'at least one name: a letter, then letters, digits and single dashes, at most 40 characters',
  test: (name) => name.length <= 40 && /^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/.test(name),
  least: 1,
})
const clientIdList = list({ must: 'app client ids', test: (id) => Token.isUnresolved(id) || clientIdPattern.test(id) })

const groupRule = matching('a Cognito group name: no blanks, no *, at most 128 characters', { test: isGroupName })
const groupNames = 'Cognito group names without *, since they are matched exactly'

/** Cognito's own rule (API reference, AcrLevelConfigType). A challenge quotes the values (RFC 9470 §3). */
const acrPattern = /^[\x21\x23-\x5B\x5D-\x7E]{1,64}$/

const eventBusPattern = /^(arn:aws:events:[a-z\d-]+:\d{12}:event-bus\/)?[\w./-]{1,256}$/

function isReasonPattern(pattern: string): boolean {
  if (pattern === '' || pattern.length > 200) return false
  try {
    compileReasonPattern(pattern)
    return true
  } catch {
    return false
  }
}

/** An origin as browsers send it: no path, no slash at the end, no default port, in lower case. */
function isAppOrigin(origin: string): boolean {
  if (Token.isUnresolved(origin)) return true
  const [, scheme, host] = /^(https?):\/\/([a-z0-9.-]+)(:\d+)?$/.exec(origin) ?? []
  if (!host || !URL.canParse(origin) || new URL(origin).origin !== origin) return false
  return scheme === 'https' || host === 'localhost' || host === '127.0.0.1'
}

/** Each setting's default and rule. The default '' means that the setting is not set. */
export const settingsTable = {
  /** The calling systems. Each has its own API key. */
  customers: setting(['default'], nameList),
  /** The APIs that introspect tokens. Each has its own API key, which opens introspection only. */
  resourceServers: setting(['resource-server'], nameList),
  /** How long an impersonated session lasts, in minutes. */
  sessionMinutes: setting(60, wholeNumber(5, 1440)),
  /** Members of this group may impersonate. */
  impersonatorsGroup: setting('impersonators', groupRule),
  /** Members of this group see and end every impersonation. They may not impersonate by that right. */
  auditorsGroup: setting('impersonation-auditors', groupRule),
  /**
   * Nobody may act as a member of these groups. Default: the actors' groups, `auditorsGroup`, `approversGroup` and `admins`;
   * on an existing pool, none.
   */
  protectedGroups: setting(
    (settings) => [...new Set([...staffGroups(settings), 'admins'])],
    unlessAcknowledged(nobodyProtected, [], list({ must: groupNames, test: isGroupName, least: 1 })),
  ),
  /**
   * Maps each actors' group to the groups of subjects whom its members may act as: `{"support-emea": ["customers-emea"]}`. `*`
   * is everyone, including users without a group. `impersonatorsGroup` must be a key. Default: the members of `impersonatorsGroup`
   * may act as everyone who is not protected.
   */
  mayActAs: setting('none', orWord('none', mayActAsRule)),
  /** The `acr` values that an ID token of staff may have, such as `urn:cognito:loa:4`. `basic` must be false. Default: no `acr` is needed. */
  actorAcr: setting(
    [],
    list({ must: 'acr values: at most 64 characters, without blanks or quotes', test: (acr) => acrPattern.test(acr) }),
  ),
  /** How many impersonations one actor may ask for in a period, with or without a ticket. Default: no limit. */
  actorLimit: setting('none', orWord('none', fields({ limit: wholeNumber(1, 100_000), period: oneOf(...periods) }))),
  /** To act as a member of these groups, an actor needs the approval of another person. Default: no approvals. */
  approvalGroups: setting([], list({ must: groupNames, test: isGroupName })),
  /** Members of this group approve impersonations. Default: `auditorsGroup`. */
  approversGroup: setting('', groupRule),
  /** How long a ticket of the back office can be redeemed by the app, in seconds. */
  ticketSeconds: setting(60, wholeNumber(30, longestTicketLifetime / 1000)),
  /** The origins of the apps whose pages redeem tickets and end impersonations. */
  appOrigins: setting(
    [],
    list({
      must: 'exact origins, such as https://app.example.com, or http://localhost:3000 for development: no wildcard, path or slash at the end',
      test: isAppOrigin,
    }),
  ),
  /** Refuses requests without a reason. */
  reasonRequired: setting(false, oneOf(true, false)),
  /** A regular expression that the whole reason must match, and a description of it for the caller. A reason is then required. */
  reasonPattern: setting(
    'none',
    orWord(
      'none',
      fields({
        pattern: matching(
          'a regular expression of RE2, so without look-around and back-references, of at most 200 characters and with few repetitions',
          { test: isReasonPattern },
        ),
        description: matching('a description of 1 to 200 characters', /^[^\p{Cc}\p{Bidi_Control}]{1,200}$/u),
      }),
    ),
  ),
  /** The id of an existing user pool. Default: the stack makes a pool. */
  userPoolId: setting('', matching('a user pool id, such as us-east-1_Abc123', /^[\w-]{1,45}_[0-9a-zA-Z]+$/)),
  /** Actors sign in with this app client of the existing pool. Default: the stack makes a client. */
  actorClientId: setting('', matching('an app client id', clientIdPattern)),
  /**
   * False attaches no triggers to the pool. CloudFormation updates a pool of the same stack before it makes the trigger
   * function, and sign-ins fail until the function exists. If people already sign in to the pool, deploy first with false.
   */
  attachTriggers: setting(true, oneOf(true, false)),
  /** The role with which the existing pool sends text messages. An update of the pool must pass it to Cognito. */
  smsRoleArn: setting('', smsRoleRule),
  /** The pool's own triggers in the slots that impersonation needs. The trigger function replaces them and runs them. */
  nextTriggers: setting({}, nextTriggersRule),
  /** ID tokens of these app clients are also accepted from actors. */
  actorClientIds: setting([], clientIdList),
  /** Users who are signed in with one of these app clients see and end the impersonations of themselves. */
  subjectClientIds: setting([], clientIdList),
  /** Shows these users the reason of an impersonation. */
  subjectsSeeReason: setting(true, oneOf(true, false)),
  /**
   * The attributes that an existing pool requires of its users. Cognito makes no app client that may not write them. The
   * stack finds out by itself what its own pool and a pool of the same stack require.
   */
  requiredAttributes: setting([], list({ must: 'standard attributes that Cognito can require', test: canBeRequired })),
  /**
   * The user attributes that an impersonated ID token shows. Default: all attributes of an own pool or a pool of the same
   * stack; Cognito's default for an existing pool.
   */
  readAttributes: setting(
    [],
    // Cognito takes an empty list for its default.
    list({ must: 'at least one user attribute, such as email or custom:tenant', test: isAttributeName, least: 1 }),
  ),
  /** The scopes of an impersonated access token. */
  scopes: setting(
    [],
    list({ must: 'scopes without blanks, none of which starts with aws.cognito.', test: isGrantable }),
  ),
  /** Accepts `Authorization: Basic`. */
  basic: setting(true, oneOf(true, false)),
  /** How old an actor's sign-in may be, in minutes. */
  signInMaxAgeMinutes: setting(720, wholeNumber(1, 43_200)),
  /** Asks Cognito at each request whether the actor is still in the group, enabled, and the same user. */
  lookUpGroup: setting(true, unlessAcknowledged<boolean>(groupNotLookedUp, false, oneOf(true))),
  /**
   * Also sends the caller's address and headers with the subject's sign-in. Threat protection can need them if the pool
   * enforces it for custom authentication. Staff addresses then enter the subjects' risk history.
   */
  subjectContextData: setting(false, oneOf(true, false)),
  /** The API base URL in responses, for a custom domain. Default: the base URL of the request. */
  endpointUrl: setting(
    '',
    matching('an https:// URL without query, fragment or slash at the end', /^https:\/\/[^\s/?#@]+(\/[^\s/?#]+)*$/),
  ),
  /** False switches the default `execute-api` URL off, so that callers must use the custom domain of `endpointUrl`. */
  defaultEndpoint: setting(true, oneOf(true, false)),
  /** Limit of each customer: requests per second, and requests at once (`burst`). */
  throttle: setting({ rate: 25, burst: 50 }, fields({ rate: wholeNumber(1, 10_000), burst: wholeNumber(1, 5_000) })),
  /**
   * Limit of all customers' impersonations together. Cognito allows 120 sign-ins per second. An impersonation needs one, or
   * two with Basic. The other routes need up to 10 per second; see infra/api/routes.ts. So the default leaves at least a
   * quarter to the account's other sign-ins.
   */
  stageThrottle: setting(
    { rate: 40, burst: 50 },
    fields({ rate: wholeNumber(1, 10_000), burst: wholeNumber(1, 5_000) }),
  ),
  /** Limit of each customer: requests per period. */
  quota: setting(
    { limit: 10_000, period: 'DAY' },
    fields({ limit: wholeNumber(1, 2_147_483_647), period: oneOf('DAY', 'WEEK', 'MONTH') }),
  ),
  /**
   * How many requests the endpoint may run at once. The triggers can use the rest of the account's Lambda concurrency.
   * 0 switches impersonation off. The default sets no limit, because a new account has a concurrency of 10 and can't
   * reserve any of it.
   */
  endpointConcurrency: setting('unreserved', orWord('unreserved', wholeNumber(0, 10_000))),
  /**
   * Writes the API's access log. This needs API Gateway's role for logs, which is one setting for all APIs of an account
   * and region. A new account has no role, and then the deployment fails. So the default is false.
   */
  accessLog: setting(false, oneOf(true, false)),
  /** Gets the alarms by e-mail. Default: the alarm topic has no subscriber. */
  alarmEmail: setting('', matching('an e-mail address', /^[^\s@,"<>]+@[^\s@,"<>]+\.[^\s@,"<>.]+$/)),
  /** This many refused requests in 15 minutes raise an alarm. */
  alarmRefusals: setting(25, wholeNumber(1, 1_000_000)),
  /** This many impersonations in one hour raise an alarm. */
  alarmImpersonations: setting(100, wholeNumber(1, 1_000_000)),
  /**
   * The EventBridge bus that gets an event for each change of an impersonation: its name, such as `default`, or its ARN. A bus
   * of the app: its ARN. Default: no events.
   */
  eventBus: setting(
    '',
    matching('the name or the ARN of an EventBridge event bus, or empty for no events', {
      test: (bus) => bus === '' || Token.isUnresolved(bus) || eventBusPattern.test(bus),
    }),
  ),
  /** How long log groups keep their entries. */
  logRetentionDays: setting(180, oneOf(...logRetentions)),
  /** How long the table keeps a record. */
  recordRetentionDays: setting(400, wholeNumber(1, 3650)),
  /** Keeps or destroys records, logs, the trigger function and the own pool when the stack is deleted. */
  data: setting('keep', oneOf('keep', 'destroy')),
}

export interface Setting<T> {
  default: T | ((settings: StaffSettings) => T)
  rule: Rule<T>
}

function setting<T>(defaultValue: NoInfer<Setting<T>['default']>, rule: Rule<T>): Setting<T> {
  return { default: defaultValue, rule }
}

type ValueOf<S> = S extends Setting<infer T> ? T : never
export type Settings = { -readonly [Name in keyof typeof settingsTable]: ValueOf<(typeof settingsTable)[Name]> }

/** The construct's props: any settings. Two of them turn a protection off by a sentence. */
export type SettingsProps = Partial<Omit<Settings, 'protectedGroups' | 'lookUpGroup' | 'nextTriggers'>> & {
  /** Nobody may act as a member of these groups. Default: the staff's groups and `admins`; on an existing pool, none. */
  protectedGroups?: string[] | typeof nobodyProtected
  /** Asks Cognito at each request whether the actor is still in the group, enabled, and the same user. Default: true. */
  lookUpGroup?: true | typeof groupNotLookedUp
  /** The pool's own triggers in the slots that impersonation needs. The trigger function replaces them and runs them. */
  nextTriggers?: NextTriggersProps
}
