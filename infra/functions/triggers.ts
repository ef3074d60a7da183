// The trigger function: Cognito runs it for the pool's four triggers.

import { Stack } from 'aws-cdk-lib'
import type { CfnUserPoolClient } from 'aws-cdk-lib/aws-cognito'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { triggerVariables } from '../../lambda/config.ts'
import { nextArns } from '../../lambda/next-triggers.ts'
import { needsRecord } from '../../lambda/triggers/subject-policy.ts'
import type { Settings } from '../settings/settings.ts'
import type { SelectedPool } from '../user-pool/select-pool.ts'
import { BundledFunction } from './bundled-function.ts'
import { environmentOf } from './environment.ts'
import { composeTriggersName, functionByName } from './triggers-name.ts'

export interface TriggerFunctionProps {
  pool: SelectedPool
  impersonationClient: CfnUserPoolClient
  records: Table
  settings: Settings
}

export class TriggerFunction extends BundledFunction {
  /** The same function without a reference to it, for a pool of the same stack; see triggers-name.ts. */
  readonly byName: IFunction

  constructor(scope: Construct, id: string, props: TriggerFunctionProps) {
    const { pool, impersonationClient, records, settings } = props
    const functionName = composeTriggersName(scope)
    super(scope, id, {
      entry: 'triggers',
      functionName,
      // Cognito waits 5 s for a trigger.
      timeoutSeconds: 4,
      logRetentionDays: settings.logRetentionDays,
      environment: environmentOf(scope, triggerVariables, {
        ...settings,
        impersonationClientId: impersonationClient.ref,
        recordsTableName: records.tableName,
      }),
    })
    this.byName = functionByName(this, 'ByName', functionName)
    const readsRecords = needsRecord(settings)
    this.allow(records.tableArn, 'dynamodb:UpdateItem', ...(readsRecords ? ['dynamodb:GetItem'] : []))
    for (const arn of new Set(nextArns(settings.nextTriggers).map(([, arn]) => arn))) {
      this.allow(arn, 'lambda:InvokeFunction')
    }
    this.function.addPermission(pool.poolScope.node.id, {
      principal: new ServicePrincipal('cognito-idp.amazonaws.com'),
      sourceArn: pool.userPool.userPoolArn,
      sourceAccount: Stack.of(this).account,
    })
  }
}
