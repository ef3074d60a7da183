// The encrypted SNS topic that the alarms publish to.

import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'

/** Its policies let CloudWatch alarms of this account publish to it, and no other service. */
export class AlarmTopic extends Topic {
  /** @param email gets the alarms; empty: no subscription */
  constructor(scope: Construct, id: string, { email }: { email: string }) {
    // CloudWatch can't use the default key of SNS.
    const masterKey = new Key(scope, `${id}Key`, {
      description: 'Alarms of impersonation',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    super(scope, id, { masterKey, enforceSSL: true, displayName: 'Impersonation' })
    masterKey.addToResourcePolicy(this.#allowAlarms(['kms:Decrypt', 'kms:GenerateDataKey*'], '*'))
    this.addToResourcePolicy(this.#allowAlarms(['sns:Publish'], this.topicArn))
    if (email) this.addSubscription(new EmailSubscription(email))
  }

  #allowAlarms(actions: string[], resource: string): PolicyStatement {
    return new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions,
      resources: [resource],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    })
  }
}
