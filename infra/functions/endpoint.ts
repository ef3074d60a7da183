// The endpoint's function: API Gateway runs it for the routes that prepare impersonations and mint sessions.

import type { CfnUserPoolClient, IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import { endpointVariables } from '../../lambda/config.ts'
import type { Settings } from '../settings/settings.ts'
import { BundledFunction } from './bundled-function.ts'
import { environmentOf } from './environment.ts'

export interface EndpointFunctionProps {
  userPool: IUserPool
  actorClient: IUserPoolClient
  impersonationClient: CfnUserPoolClient
  records: Table
  /** The ids of the API keys that open its routes. */
  apiKeyIds: string[]
  settings: Settings
}

export class EndpointFunction extends BundledFunction {
  constructor(scope: Construct, id: string, props: EndpointFunctionProps) {
    const { userPool, actorClient, impersonationClient, records, apiKeyIds, settings } = props
    super(scope, id, {
      entry: 'endpoint',
      // API Gateway waits 29 s for a response.
      timeoutSeconds: 28,
      ...(settings.endpointConcurrency !== 'unreserved' && { reservedConcurrency: settings.endpointConcurrency }),
      // The triggers are not traced: they run at every sign-in, and Cognito passes no trace id to them.
      traced: true,
      logRetentionDays: settings.logRetentionDays,
      environment: environmentOf(scope, endpointVariables, {
        ...settings,
        userPoolId: userPool.userPoolId,
        actorClientId: actorClient.userPoolClientId,
        actorClientIds: [...new Set([actorClient.userPoolClientId, ...settings.actorClientIds])],
        impersonationClientId: impersonationClient.ref,
        impersonationClientSecret: impersonationClient.attrClientSecret,
        recordsTableName: records.tableName,
        apiKeyIds,
      }),
    })
    this.allow(records.tableArn, 'dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem')
    this.allow(
      userPool.userPoolArn,
      'cognito-idp:AdminInitiateAuth',
      'cognito-idp:AdminRespondToAuthChallenge',
      'cognito-idp:AdminGetUser',
      ...(settings.lookUpGroup ? ['cognito-idp:AdminListGroupsForUser'] : []),
    )
  }
}
