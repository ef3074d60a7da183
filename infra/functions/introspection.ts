// The introspection function: API Gateway runs it for POST /auth/introspect. It is separate from oversight, because it is called
// often and needs no permission to write records or to sign in users.

import type { CfnUserPoolClient, IUserPool } from 'aws-cdk-lib/aws-cognito'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import { introspectionVariables } from '../../lambda/config.ts'
import type { Settings } from '../settings/settings.ts'
import { BundledFunction } from './bundled-function.ts'
import { environmentOf } from './environment.ts'

export interface IntrospectionFunctionProps {
  userPool: IUserPool
  impersonationClient: CfnUserPoolClient
  records: Table
  /** The ids of the API keys that open its route. */
  apiKeyIds: string[]
  settings: Settings
}

export class IntrospectionFunction extends BundledFunction {
  constructor(scope: Construct, id: string, props: IntrospectionFunctionProps) {
    const { userPool, impersonationClient, records, apiKeyIds, settings } = props
    super(scope, id, {
      entry: 'introspection',
      // API Gateway waits 29 s for a response.
      timeoutSeconds: 28,
      traced: true,
      logRetentionDays: settings.logRetentionDays,
      environment: environmentOf(scope, introspectionVariables, {
        ...settings,
        userPoolId: userPool.userPoolId,
        impersonationClientId: impersonationClient.ref,
        recordsTableName: records.tableName,
        apiKeyIds,
      }),
    })
    this.allow(records.tableArn, 'dynamodb:GetItem')
    this.allow(
      userPool.userPoolArn,
      'cognito-idp:AdminGetUser',
      ...(settings.lookUpGroup ? ['cognito-idp:AdminListGroupsForUser'] : []),
    )
  }
}
