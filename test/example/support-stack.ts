// An example stack: a new user pool with impersonation.

import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { Impersonation } from '../../infra/index.ts'

export class SupportStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props)
    const impersonation = new Impersonation(this, 'Impersonation', {
      customers: ['back-office'],
      sessionMinutes: 30,
      alarmEmail: 'on-call@example.com',
      accessLog: false,
    })
    new CfnOutput(this, 'ApiUrl', { value: impersonation.url })
    new CfnOutput(this, 'ApiKeyIdBackOffice', { value: impersonation.api.keys['back-office']?.keyId ?? '' })
    new CfnOutput(this, 'UserPoolId', { value: impersonation.userPool.userPoolId })
    new CfnOutput(this, 'ActorClientId', { value: impersonation.actorClient.userPoolClientId })
    new CfnOutput(this, 'ImpersonationClientId', { value: impersonation.impersonationClient.ref })
  }
}
