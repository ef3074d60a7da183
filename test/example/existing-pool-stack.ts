// An example stack: impersonation on a user pool that another tool made, which has triggers of its own.

import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { Impersonation } from '../../infra/index.ts'

export class ExistingPoolStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props)
    const impersonation = new Impersonation(this, 'Impersonation', {
      userPoolId: 'us-east-1_Abc123',
      protectedGroups: ['impersonators', 'impersonation-auditors', 'Staff'],
      requiredAttributes: ['email'],
      readAttributes: ['email', 'email_verified', 'custom:tenant'],
      nextTriggers: {
        PreTokenGenerationConfig: {
          LambdaVersion: 'V2_0',
          LambdaArn: 'arn:aws:lambda:us-east-1:123456789012:function:tenant-claims',
        },
      },
    })
    new CfnOutput(this, 'ApiUrl', { value: impersonation.url })
  }
}
