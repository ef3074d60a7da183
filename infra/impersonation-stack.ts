// The stack that this project deploys: one Impersonation, with its settings and the stack's name from CDK context.

import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Keys } from './api/keys.ts'
import { Impersonation } from './impersonation.ts'
import { outputName, readValue, settingsInContext } from './settings/read-settings.ts'
import { stackNameRule } from './settings/stack-name.ts'

export class ImpersonationStack extends Stack {
  constructor(scope: Construct, id: string) {
    const { stackName, ...context } = scope.node.getAllContext()
    super(scope, id, {
      description: 'Lets support staff act as a user of an Amazon Cognito user pool.',
      ...(stackName !== undefined && { stackName: readValue('stackName', stackName, stackNameRule) }),
    })
    const impersonation = new Impersonation(this, 'Impersonation', settingsInContext(context, ['stackName']))
    const {
      api,
      userPool,
      actorClient,
      impersonationClient,
      records,
      endpoint,
      oversight,
      introspection,
      triggers,
      events,
    } = impersonation
    const outputs = {
      ApiUrl: impersonation.url,
      UserPoolId: userPool.userPoolId,
      ActorClientId: actorClient.userPoolClientId,
      ImpersonationClientId: impersonationClient.ref,
      RecordsTableName: records.tableName,
      ...idsOf(api.keys, 'ApiKeyId'),
      ...idsOf(api.resourceServerKeys, 'ResourceServerKeyId'),
      // RUNBOOK.md refers to these outputs.
      EndpointFunctionName: endpoint.function.functionName,
      EndpointLogGroupName: endpoint.logGroup.logGroupName,
      OversightFunctionName: oversight.function.functionName,
      OversightLogGroupName: oversight.logGroup.logGroupName,
      IntrospectionFunctionName: introspection.function.functionName,
      IntrospectionLogGroupName: introspection.logGroup.logGroupName,
      TriggersFunctionName: triggers.function.functionName,
      TriggersLogGroupName: triggers.logGroup.logGroupName,
      ...(events && {
        EventsFunctionName: events.function.functionName,
        EventsLogGroupName: events.logGroup.logGroupName,
        EventsDeadLettersUrl: events.deadLetters.queueUrl,
      }),
      ...(impersonation.accessLog && { AccessLogGroupName: impersonation.accessLog.logGroupName }),
      AlarmTopicArn: impersonation.alarmTopic.topicArn,
    }
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value })
  }
}

/** The keys' ids by output. @param prefix the outputs' names begin with it */
function idsOf(keys: Keys, prefix: string): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).map(([name, { keyId }]) => [`${prefix}${outputName(name)}`, keyId]))
}
