// Where alarms go: an encrypted topic, and whoever subscribes to it.

import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'

/** Only CloudWatch's alarms of this account publish to it. */
export class AlarmTopic extends Topic {
  /** @param email empty: nobody is subscribed. */
  constructor(scope: Construct, id: string, { email }: { email: string }) {
    // A key of its own: CloudWatch may not use the one that SNS has for itself.
    const masterKey = new Key(scope, `${id}Key`, {
      description: 'Alarms of impersonation',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    super(scope, id, { masterKey, enforceSSL: true, displayName: 'Impersonation' })
    masterKey.addToResourcePolicy(this.#forAlarms(['kms:Decrypt', 'kms:GenerateDataKey*'], '*'))
    this.addToResourcePolicy(this.#forAlarms(['sns:Publish'], this.topicArn))
    if (email) this.addSubscription(new EmailSubscription(email))
  }

  #forAlarms(actions: string[], resource: string): PolicyStatement {
    return new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions,
      resources: [resource],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    })
  }
}
