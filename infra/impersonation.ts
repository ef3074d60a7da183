// The construct: an API that lets actors act as the users of a user pool.

import { Aws, Stack } from 'aws-cdk-lib'
import { type CfnUserPoolClient, type IUserPool, type IUserPoolClient, UserPoolClient } from 'aws-cdk-lib/aws-cognito'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { EndpointEnvironment, TriggerEnvironment } from '../lambda/config.ts'
import { ImpersonationApi } from './api/api.ts'
import { BundledFunction } from './functions/bundled-function.ts'
import { functionByName, nameOfTriggers } from './functions/named-function.ts'
import { AlarmTopic } from './monitoring/alarm-topic.ts'
import { Alarms, alarmRules } from './monitoring/alarms.ts'
import { ImpersonationDashboard } from './monitoring/dashboard.ts'
import { metricsOf } from './monitoring/metrics.ts'
import { RecordsTable } from './records/records-table.ts'
import { applyRemoval, keepTriggersRunning } from './records/removal.ts'
import { readSettings, type Settings, type SettingsProps } from './settings/settings.ts'
import { attachToImported, attachToOwned } from './user-pool/attachment.ts'
import { type ChosenPool, choosePool } from './user-pool/chosen-pool.ts'
import { addActorClient, addImpersonationClient } from './user-pool/own-pool.ts'

/** The settings, and what somebody's own app hands in. */
export type ImpersonationProps = SettingsProps & {
  /** A pool of this stack, or an imported one; it keeps its own removal policy. Left out, one is made. */
  userPool?: IUserPool
  /** The app client of `userPool` that actors sign in with, one without a secret. Left out, one is made. */
  actorClient?: IUserPoolClient
}

/** One a stack. */
export class Impersonation extends Construct {
  readonly settings: Settings
  readonly api: ImpersonationApi
  readonly endpoint: BundledFunction<EndpointEnvironment>
  readonly triggers: BundledFunction<TriggerEnvironment>
  readonly records: RecordsTable
  readonly userPool: IUserPool
  readonly actorClient: IUserPoolClient
  readonly impersonationClient: CfnUserPoolClient
  readonly accessLog: LogGroup | undefined
  readonly alarmTopic: AlarmTopic

  /** @throws Error naming the setting that breaks its rule, or what is wrong with the pool. */
  constructor(scope: Construct, id: string, props: ImpersonationProps = {}) {
    super(scope, id)
    const { userPool, actorClient, ...values } = props
    const settings = readSettings(values)
    this.settings = settings
    this.records = new RecordsTable(this, 'Records', { deletionProtection: settings.data === 'keep' })
    const pool = choosePool(this, userPool, settings)
    this.userPool = pool.userPool
    this.actorClient = this.#actorClient(actorClient, pool, settings)
    this.impersonationClient = addImpersonationClient(this, this.userPool, settings.sessionMinutes)
    this.#refuseImpersonationClientAmong([this.actorClient.userPoolClientId, ...settings.actorClientIds])

    const triggersName = nameOfTriggers(this)
    this.triggers = this.#addTriggers(triggersName, pool, settings)
    this.endpoint = this.#addEndpoint(settings)
    const attachment = {
      groups: [...new Set([settings.impersonatorsGroup, ...settings.protectedGroups])],
      triggers: settings.attachTriggers ? this.triggers : undefined,
      triggersByName: functionByName(this, 'TriggersByName', triggersName),
      logRetentionDays: settings.logRetentionDays,
    }
    // A pool whose triggers are gone refuses every sign-in: they stay together, or go together.
    const lasting = pool.owned ? [pool.parts, this.triggers] : [this.triggers.logGroup]
    if (pool.owned) attachToOwned(pool.parts, { ...attachment, userPool: pool.userPool })
    else lasting.push(...attachToImported(pool.parts, { ...attachment, userPool: pool.userPool }))

    this.records.denyWritesExcept(this.endpoint.role, this.triggers.role)
    this.accessLog = settings.accessLog
      ? new LogGroup(this, 'AccessLog', { retention: settings.logRetentionDays })
      : undefined
    this.api = new ImpersonationApi(this, 'Api', {
      ...settings,
      name: Aws.STACK_NAME,
      endpoint: this.endpoint.function,
      accessLog: this.accessLog,
    })
    this.alarmTopic = new AlarmTopic(this, 'AlarmTopic', { email: settings.alarmEmail })
    this.#watch(settings)

    applyRemoval(settings, [...lasting, this.records, this.endpoint.logGroup, this.accessLog])
    if (!pool.owned) keepTriggersRunning(settings, this.triggers)
  }

  #actorClient(given: IUserPoolClient | undefined, { userPool, parts }: ChosenPool, settings: Settings) {
    const { actorClientId } = settings
    if (given && actorClientId) throw new Error('actorClient and setting actorClientId are both given: leave one out')
    if ((given || actorClientId) && userPool === parts) {
      const [client, pool] = given ? ['actorClient', 'userPool'] : ['setting actorClientId', 'setting userPoolId']
      throw new Error(`${client} is given without ${pool}, the pool that it is an app client of`)
    }
    if (given) return given
    if (actorClientId) return UserPoolClient.fromUserPoolClientId(this, 'GivenActorClient', actorClientId)
    return addActorClient(parts, userPool, settings)
  }

  /** The API's base: `/auth/impersonate` goes behind it. Not `api.url`, which refers to the deployment. */
  get url(): string {
    const { restApiId, deploymentStage } = this.api
    return `https://${restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${deploymentStage.stageName}`
  }

  #watch(settings: Settings): void {
    const metrics = metricsOf({
      api: this.api,
      endpoint: this.endpoint.function,
      triggers: this.triggers.function,
      userPool: this.userPool,
      records: this.records,
    })
    const clientIds = { actors: this.actorClient.userPoolClientId, impersonation: this.impersonationClient.ref }
    new ImpersonationDashboard(this, 'Dashboard', { metrics, clientIds })
    new Alarms(this, 'Alarms', { limits: alarmRules(metrics, settings), topic: this.alarmTopic })
  }

  #addTriggers(functionName: string, { parts }: ChosenPool, settings: Settings): BundledFunction<TriggerEnvironment> {
    const triggers = new BundledFunction<TriggerEnvironment>(this, 'Triggers', {
      entry: 'triggers',
      functionName,
      // Cognito waits 5 s for a trigger: a warm run that it no longer waits for is over.
      timeoutSeconds: 4,
      logRetentionDays: settings.logRetentionDays,
      environment: {
        IMPERSONATION_CLIENT_ID: this.impersonationClient.ref,
        RECORDS_TABLE_NAME: this.records.tableName,
        PROTECTED_GROUPS: JSON.stringify(settings.protectedGroups),
        SESSION_MINUTES: String(settings.sessionMinutes),
      },
    })
    triggers.allow(this.records.tableArn, 'dynamodb:UpdateItem')
    triggers.function.addPermission(parts.node.id, {
      principal: new ServicePrincipal('cognito-idp.amazonaws.com'),
      sourceArn: this.userPool.userPoolArn,
      sourceAccount: Stack.of(this).account,
    })
    return triggers
  }

  #addEndpoint(settings: Settings): BundledFunction<EndpointEnvironment> {
    const actorClientIds = [...new Set([this.actorClient.userPoolClientId, ...settings.actorClientIds])]
    const endpoint = new BundledFunction<EndpointEnvironment>(this, 'Endpoint', {
      entry: 'endpoint',
      // API Gateway waits 29 s for an answer.
      timeoutSeconds: 28,
      ...(settings.endpointConcurrency !== 'unreserved' && { reservedConcurrency: settings.endpointConcurrency }),
      // The triggers are not: they are in the way of every sign-in, and Cognito hands them no trace to go on with.
      traced: true,
      logRetentionDays: settings.logRetentionDays,
      environment: {
        USER_POOL_ID: this.userPool.userPoolId,
        ACTOR_CLIENT_ID: this.actorClient.userPoolClientId,
        ACTOR_CLIENT_IDS: Stack.of(this).toJsonString(actorClientIds),
        IMPERSONATION_CLIENT_ID: this.impersonationClient.ref,
        IMPERSONATION_CLIENT_SECRET: this.impersonationClient.attrClientSecret,
        RECORDS_TABLE_NAME: this.records.tableName,
        IMPERSONATORS_GROUP: settings.impersonatorsGroup,
        SESSION_MINUTES: String(settings.sessionMinutes),
        RECORD_RETENTION_DAYS: String(settings.recordRetentionDays),
        SIGN_IN_MAX_AGE_MINUTES: String(settings.signInMaxAgeMinutes),
        LOOK_UP_GROUP: String(settings.lookUpGroup),
        BASIC: String(settings.basic),
        REASON_REQUIRED: String(settings.reasonRequired),
        ENDPOINT_URL: settings.endpointUrl,
      },
    })
    endpoint.allow(this.records.tableArn, 'dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem')
    endpoint.allow(
      this.userPool.userPoolArn,
      'cognito-idp:AdminInitiateAuth',
      'cognito-idp:AdminRespondToAuthChallenge',
      'cognito-idp:AdminGetUser',
      ...(settings.lookUpGroup ? ['cognito-idp:AdminListGroupsForUser'] : []),
    )
    return endpoint
  }

  /** An impersonated session may not impersonate, so its app client is no actors' client. */
  #refuseImpersonationClientAmong(actorClientIds: string[]): void {
    const stack = Stack.of(this)
    const ours = JSON.stringify(stack.resolve(this.impersonationClient.ref))
    this.node.addValidation({
      validate: () =>
        actorClientIds
          .map((id) => JSON.stringify(stack.resolve(id)))
          .filter((id) => id === ours)
          .map((id) => `setting actorClientIds has ${id} in it, but it must be without the impersonation client`),
    })
  }
}
