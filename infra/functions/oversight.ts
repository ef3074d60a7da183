// The oversight function: API Gateway runs it for the routes that list, read, approve and end impersonations.

import type { Construct } from 'constructs'
import { oversightVariables } from '../../lambda/config.ts'
import { attributesOfApprove, attributesOfEnd, byActor, byDay, bySubject } from '../../lambda/records-schema.ts'
import { BundledFunction } from './bundled-function.ts'
import type { EndpointFunctionProps } from './endpoint.ts'
import { environmentOf } from './environment.ts'

/**
 * It cannot mint: it has no secret of the impersonation client, cannot answer a challenge, and cannot put a record or write a
 * grant into one. With `approvalGroups`, whoever breaks into it can approve: see SECURITY.md.
 */
export class OversightFunction extends BundledFunction {
  constructor(scope: Construct, id: string, props: EndpointFunctionProps) {
    const { userPool, actorClient, impersonationClient, records, apiKeyIds, settings } = props
    super(scope, id, {
      entry: 'oversight',
      // API Gateway waits 29 s for a response.
      timeoutSeconds: 28,
      traced: true,
      logRetentionDays: settings.logRetentionDays,
      environment: environmentOf(scope, oversightVariables, {
        ...settings,
        approversGroup: settings.approversGroup || settings.auditorsGroup,
        userPoolId: userPool.userPoolId,
        actorClientId: actorClient.userPoolClientId,
        actorClientIds: [...new Set([actorClient.userPoolClientId, ...settings.actorClientIds])],
        impersonationClientId: impersonationClient.ref,
        recordsTableName: records.tableName,
        apiKeyIds,
      }),
    })
    this.allow(records.tableArn, 'dynamodb:GetItem')
    this.allow(
      [byActor, bySubject, byDay].map(({ indexName }) => `${records.tableArn}/index/${indexName}`),
      'dynamodb:Query',
    )
    const ofApprove = settings.approvalGroups.length > 0 ? attributesOfApprove : []
    this.allowUpdatesOf(records.tableArn, [...new Set<string>([...attributesOfEnd, ...ofApprove])])
    this.allow(
      userPool.userPoolArn,
      'cognito-idp:AdminGetUser',
      ...(settings.lookUpGroup ? ['cognito-idp:AdminListGroupsForUser'] : []),
      // IAM can't limit this to the actors' client. The impersonation client needs its secret, which this function lacks.
      ...(settings.basic ? ['cognito-idp:AdminInitiateAuth'] : []),
    )
  }
}
