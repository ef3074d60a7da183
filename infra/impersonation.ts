// The construct: an API that lets actors act as the users of a user pool.

import { Annotations, Aws, Stack } from 'aws-cdk-lib'
import type { CfnUserPoolClient, IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { ImpersonationApi } from './api/api.ts'
import type { Keys } from './api/keys.ts'
import { assertUsableCdk } from './cdk-copy.ts'
import { Events } from './events/events.ts'
import { EndpointFunction } from './functions/endpoint.ts'
import { IntrospectionFunction } from './functions/introspection.ts'
import { OversightFunction } from './functions/oversight.ts'
import { TriggerFunction } from './functions/triggers.ts'
import { AlarmTopic } from './monitoring/alarm-topic.ts'
import { Alarms, alarmRules } from './monitoring/alarms.ts'
import { ImpersonationDashboard } from './monitoring/dashboard.ts'
import { metricsOf } from './monitoring/metrics.ts'
import { RecordsTable } from './records/records-table.ts'
import { applyRemoval, keepTriggerFunction } from './records/removal.ts'
import { readSettings } from './settings/read-settings.ts'
import type { Settings, SettingsProps } from './settings/settings.ts'
import { refuseUnfitForBasic } from './user-pool/actor-client-faults.ts'
import { addImpersonationClient, refuseUnfitClients, selectActorClient } from './user-pool/app-clients.ts'
import { attachToExistingPool } from './user-pool/attach-to-existing-pool.ts'
import { attachToStackPool } from './user-pool/attach-to-stack-pool.ts'
import { readableInImpersonation, warnOfUnknownAttributes } from './user-pool/client-attributes.ts'
import { groupsFor, type PoolGroups } from './user-pool/groups.ts'
import { assertNextTriggers } from './user-pool/next-triggers.ts'
import { assertSupportedRegion } from './user-pool/region.ts'
import { type SelectedPool, selectPool } from './user-pool/select-pool.ts'

/** The settings, and the app's own user pool and app client. */
export type ImpersonationProps = SettingsProps & {
  /**
   * A pool of this stack, or an existing one, also of another stack of the app. It keeps its own removal policy. Default:
   * the construct makes a pool.
   */
  userPool?: IUserPool
  /**
   * Actors sign in with this app client of `userPool`. With `basic`, it must have no secret and allow
   * ADMIN_USER_PASSWORD_AUTH. Default: the construct makes one.
   */
  actorClient?: IUserPoolClient
  /**
   * The app client that your app's users sign in with, of `userPool` and made in this app. An impersonated ID token then
   * shows the same attributes as a user's own. Default: the setting `readAttributes`.
   */
  appClient?: IUserPoolClient
}

type PoolProps = Record<Exclude<keyof ImpersonationProps, keyof Settings>, true>
const poolProps = Object.keys({ userPool: true, actorClient: true, appClient: true } satisfies PoolProps)

/** A stack can contain only one Impersonation. */
export class Impersonation extends Construct {
  /** All settings, with their defaults. */
  readonly settings: Settings
  /** The REST API, a `RestApi`. `api.keys` has each customer's API key, by the customer's name; `api.resourceServerKeys` likewise. */
  readonly api: ImpersonationApi
  /** The endpoint. It has a `function`, and the function's `role` and `logGroup`. */
  readonly endpoint: EndpointFunction
  /** Lists, reads, approves and ends impersonations. It has a `function`, and the function's `role` and `logGroup`. */
  readonly oversight: OversightFunction
  /** Introspects tokens. It has a `function`, and the function's `role` and `logGroup`. */
  readonly introspection: IntrospectionFunction
  /** The user pool's triggers. They are one `function`, with a `role` and a `logGroup`. */
  readonly triggers: TriggerFunction
  /** The records, a `Table`: who acted as whom, when and why. Grant only reads: the table's policy denies writes to others. */
  readonly records: RecordsTable
  /** The pool that was passed, or the one that the construct made. */
  readonly userPool: IUserPool
  /** The app client that actors sign in with. */
  readonly actorClient: IUserPoolClient
  /** The app client that gets the impersonated sessions. Apps must accept its id, `impersonationClient.ref`. */
  readonly impersonationClient: CfnUserPoolClient
  /** The API's access log. Undefined if the setting `accessLog` is false. */
  readonly accessLog: LogGroup | undefined
  /**
   * Puts the events. It has a `function`, the function's `role` and `logGroup`, and `deadLetters`, a `Queue`. Undefined if the
   * setting `eventBus` is not set.
   */
  readonly events: Events | undefined
  /** The alarms' `Topic`. Subscribe to it, or set `alarmEmail`. */
  readonly alarmTopic: AlarmTopic

  /** @throws Error naming the setting that breaks its rule, or saying why the pool can't be used */
  constructor(scope: Construct, id: string, props: ImpersonationProps = {}) {
    super(scope, id)
    assertUsableCdk(this)
    assertOnlyOne(this)
    const { userPool, actorClient, appClient, ...values } = props
    const settings = readSettings(values, poolProps)
    this.settings = settings
    this.records = new RecordsTable(this, 'Records', {
      deletionProtection: settings.data === 'keep',
      stream: settings.eventBus !== '',
    })

    const pool = selectPool(this, userPool, settings)
    this.userPool = pool.userPool
    assertSupportedRegion(this, this.userPool)
    assertNextTriggers(this, settings.nextTriggers, this.userPool.userPoolId)
    this.actorClient = selectActorClient(this, actorClient, { pool, settings })
    if (settings.basic) refuseUnfitForBasic(this, this.actorClient)
    this.impersonationClient = addImpersonationClient(this, {
      pool,
      settings,
      readAttributes: readableInImpersonation(this, { appClient, pool, settings }),
    })
    warnOfUnknownAttributes(this, { pool, appClient, given: values })
    refuseUnfitClients(this, {
      actorClientId: this.actorClient.userPoolClientId,
      actorClientIds: settings.actorClientIds,
      subjectClientIds: settings.subjectClientIds,
      impersonationClientId: this.impersonationClient.ref,
    })

    this.accessLog = settings.accessLog
      ? new LogGroup(this, 'AccessLog', { retention: settings.logRetentionDays })
      : undefined
    this.api = new ImpersonationApi(this, 'Api', { ...settings, name: Aws.STACK_NAME, accessLog: this.accessLog })

    const { api, records, impersonationClient } = this
    this.triggers = new TriggerFunction(this, 'Triggers', { pool, impersonationClient, records, settings })
    const shared = { userPool: this.userPool, actorClient: this.actorClient, impersonationClient, records, settings }
    const customers = { ...shared, apiKeyIds: idsOf(api.keys) }
    this.endpoint = new EndpointFunction(this, 'Endpoint', customers)
    this.oversight = new OversightFunction(this, 'Oversight', customers)
    const resourceServers = { ...shared, apiKeyIds: idsOf(api.resourceServerKeys) }
    this.introspection = new IntrospectionFunction(this, 'Introspection', resourceServers)
    records.denyWrites({
      exceptPut: [this.endpoint.role],
      exceptUpdate: [this.endpoint.role, this.oversight.role, this.triggers.role],
    })
    this.#attachTo(pool, groupsFor(pool, settings, values.protectedGroups !== undefined))
    api.addRoutes({
      endpoint: this.endpoint.function,
      oversight: this.oversight.function,
      introspection: this.introspection.function,
    })
    this.events = settings.eventBus ? new Events(this, 'Events', { records, settings }) : undefined
    this.alarmTopic = new AlarmTopic(this, 'AlarmTopic', { email: settings.alarmEmail })
    this.#addMonitoring()
    const logGroups = [this.endpoint, this.oversight, this.introspection, this.events].map((fn) => fn?.logGroup)
    applyRemoval(settings, [records, ...logGroups, this.accessLog])
    this.#warn({ accessLogIsUnset: values.accessLog === undefined })
  }

  /** The API's base URL, without a slash at the end: callers append a route, such as `/auth/impersonate`. */
  get url(): string {
    const { defaultEndpoint, endpointUrl } = this.settings
    if (!defaultEndpoint) return endpointUrl
    // Not `api.url`, which ends with a slash.
    const { restApiId, deploymentStage } = this.api
    return `https://${restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${deploymentStage.stageName}`
  }

  #attachTo(pool: SelectedPool, groups: PoolGroups): void {
    const { settings, triggers } = this
    const { attachTriggers, logRetentionDays, nextTriggers, smsRoleArn } = settings
    if (pool.origin === 'existing') {
      const logGroups = attachToExistingPool(pool.poolScope, {
        userPool: pool.userPool,
        groups,
        triggers: attachTriggers ? triggers : undefined,
        nextTriggers,
        smsRoleArn,
        logRetentionDays,
      })
      applyRemoval(settings, [triggers.logGroup, ...logGroups])
      keepTriggerFunction(settings, triggers)
      return
    }
    attachToStackPool(pool.poolScope, {
      userPool: pool.userPool,
      groups: groups.made,
      triggers: attachTriggers ? triggers.byName : undefined,
      nextTriggers,
    })
    // Keep both or delete both: if the trigger function is gone, nobody can sign in to the pool.
    applyRemoval(settings, [pool.poolScope, triggers])
  }

  /** Warnings at synth. An app acknowledges them by `Annotations.of(…).acknowledgeWarning(id)`. */
  #warn({ accessLogIsUnset }: { accessLogIsUnset: boolean }): void {
    const annotations = Annotations.of(this)
    if (!this.settings.alarmEmail) {
      annotations.addWarningV2(
        'cognito-impersonation:alarmEmail',
        'setting alarmEmail is not set, so nobody gets the alarms: set it, or subscribe to the alarm topic',
      )
    }
    if (accessLogIsUnset) {
      annotations.addWarningV2(
        'cognito-impersonation:accessLog',
        'setting accessLog is not set, so the API writes no access log: set it to true if the region has API Gateway’s role for logs (RUNBOOK.md, "Write the access log"), or to false',
      )
    }
  }

  #addMonitoring(): void {
    const metrics = metricsOf({
      api: this.api,
      endpoint: this.endpoint.function,
      oversight: this.oversight.function,
      introspection: this.introspection.function,
      triggers: this.triggers.function,
      userPool: this.userPool,
      records: this.records,
      events: this.events,
    })
    const clientIds = { actors: this.actorClient.userPoolClientId, impersonation: this.impersonationClient.ref }
    new ImpersonationDashboard(this, 'Dashboard', { metrics, clientIds })
    new Alarms(this, 'Alarms', { rules: alarmRules(metrics, this.settings), topic: this.alarmTopic })
  }
}

function idsOf(keys: Keys): string[] {
  return Object.values(keys).map(({ keyId }) => keyId)
}

/** A second one would take the pool's triggers and the names of the first one's functions. */
function assertOnlyOne(impersonation: Impersonation): void {
  const stack = Stack.of(impersonation)
  const other = stack.node
    .findAll()
    .filter((construct) => construct instanceof Impersonation && Stack.of(construct) === stack)
    .find((construct) => construct !== impersonation)
  if (!other) return
  throw new Error(
    `${impersonation.node.path}: the stack already contains ${other.node.path}, and a stack can contain one Impersonation. Make the second one in another stack`,
  )
}
