// An app with the recipe. Prints its template: jest cannot load CDK's Step Functions, which declare a global of jest again.

import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { Impersonation } from '../../infra/index.ts'
import { MailTheSubject } from './mail-the-subject.ts'

const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Shop')
const eventBus = new EventBus(stack, 'Security')
const { userPool } = new Impersonation(stack, 'Impersonation', { eventBus: eventBus.eventBusArn })
const sender = 'arn:aws:ses:us-east-1:123456789012:identity/shop.example.com'
new MailTheSubject(stack, 'Mail', { eventBus, userPool, sender, from: 'support@shop.example.com' })
process.stdout.write(JSON.stringify(Template.fromStack(stack).toJSON()))
