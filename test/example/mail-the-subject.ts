// A recipe: mails users when somebody begins to act as them.

import { Stack } from 'aws-cdk-lib'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import { type IEventBusRef, Rule } from 'aws-cdk-lib/aws-events'
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets'
import { Choice, Condition, DefinitionBody, QueryLanguage, StateMachine, Succeed } from 'aws-cdk-lib/aws-stepfunctions'
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks'
import { Construct } from 'constructs'

export interface MailTheSubjectProps {
  /** The bus of the setting `eventBus`. */
  eventBus: IEventBusRef
  userPool: IUserPool
  /** The ARN of the SES identity that sends the mail. */
  sender: string
  /** An address of that identity. */
  from: string
}

export class MailTheSubject extends Construct {
  constructor(scope: Construct, id: string, { eventBus, userPool, sender, from }: MailTheSubjectProps) {
    super(scope, id)
    const findAddress = CallAwsService.jsonata(this, 'FindAddress', {
      service: 'cognitoidentityprovider',
      action: 'adminGetUser',
      iamAction: 'cognito-idp:AdminGetUser',
      iamResources: [userPool.userPoolArn],
      parameters: { UserPoolId: userPool.userPoolId, Username: '{% $states.input.detail.subject.username %}' },
      assign: { detail: '{% $states.input.detail %}' },
      outputs: {
        // Empty if the user has none: an expression without a value would fail.
        email: "{% '' & $states.result.UserAttributes[Name='email'].Value %}",
        // Another pool, or a new user, can have the same username.
        sameUser: "{% $states.result.UserAttributes[Name='sub'].Value = $states.input.detail.subject.sub %}",
        verified: "{% $states.result.UserAttributes[Name='email_verified'].Value = 'true' %}",
      },
    })
    const mail = CallAwsService.jsonata(this, 'Mail', {
      service: 'sesv2',
      action: 'sendEmail',
      iamAction: 'ses:SendEmail',
      iamResources: [sender],
      parameters: {
        FromEmailAddress: from,
        Destination: { ToAddresses: ['{% $states.input.email %}'] },
        Content: {
          Simple: {
            Subject: { Data: 'Our support acted in your account' },
            Body: {
              Text: {
                Data: "{% 'A member of our support began to use your account at ' & $detail.issuedAt & ', until ' & $detail.endsAt & ' at the latest. Reference: ' & $detail.id %}",
              },
            },
          },
        },
      },
    })
    const hasAddress = Condition.jsonata('{% $states.input.sameUser and $states.input.verified %}')
    const mailMachine = new StateMachine(this, 'StateMachine', {
      queryLanguage: QueryLanguage.JSONATA,
      definitionBody: DefinitionBody.fromChainable(
        findAddress.next(
          new Choice(this, 'HasAddress').when(hasAddress, mail).otherwise(new Succeed(this, 'NoAddress')),
        ),
      ),
    })
    new Rule(this, 'Rule', {
      eventBus,
      description: `Mails the users of ${Stack.of(this).stackName} whom somebody acts as.`,
      eventPattern: {
        source: ['cognito-impersonation'],
        detailType: ['Impersonation changed'],
        detail: { eventType: ['user.session.impersonation.initiate'] },
      },
      targets: [new SfnStateMachine(mailMachine)],
    })
  }
}
