// Tries what the policies of oversight's role allow, beyond what its code does. Whoever breaks into it must not mint a session.

import {
  AdminRespondToAuthChallengeCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider'
import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import { IAMClient } from '@aws-sdk/client-iam'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { localAccess } from '../../../infra/local/client-access.ts'
import { attributesOfApprove, attributesOfEnd } from '../../../lambda/records-schema.ts'
import type { Outputs } from '../../acceptance/target.ts'
import { place } from '../deployment.ts'
import { policiesOf } from './live-role.ts'
import { outcomeOf, userWith } from './user-with.ts'

const denied = 'AccessDeniedException'

/**
 * Lambda alone may assume the role, so a user with the same policies tries the calls.
 * @throws Error naming a call that should be denied and is not, or the other way round.
 */
export async function tryOversightRole({ endpoint, outputs }: { endpoint: string; outputs: Outputs }): Promise<void> {
  const access = localAccess(place.region, endpoint)
  const FunctionName = (outputs as unknown as Record<string, string>).OversightFunctionName
  const { Role = '' } = await new LambdaClient(access).send(new GetFunctionConfigurationCommand({ FunctionName }))
  const iam = new IAMClient(access)
  const documents = (await policiesOf(iam, Role.split('/').at(-1) ?? '')).map(({ PolicyDocument }) => PolicyDocument)
  const credentials = await userWith(iam, { UserName: 'like-oversight', documents })
  const dynamoDB = new DynamoDBClient({ ...access, credentials })
  const cognito = new CognitoIdentityProviderClient({ ...access, credentials })

  const TableName = outputs.RecordsTableName
  const Key = { id: { S: 'of-oversight' } }
  /** Sets the attributes of a record that does not exist. */
  const update = (attributes: readonly string[], more: Partial<UpdateItemCommandInput> = {}) =>
    dynamoDB.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: `SET ${attributes.map((name) => `#${name} = :value`).join(', ')}`,
        ConditionExpression: 'attribute_exists(#id)',
        ExpressionAttributeNames: Object.fromEntries(['id', ...attributes].map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: { ':value': { S: 'x' } },
        ...more,
      }),
    )
  const ended = attributesOfEnd.filter((name) => name !== 'id')
  const approved = attributesOfApprove
  const challenge = new AdminRespondToAuthChallengeCommand({
    UserPoolId: outputs.UserPoolId,
    ClientId: outputs.ImpersonationClientId,
    ChallengeName: 'CUSTOM_CHALLENGE',
    ChallengeResponses: { USERNAME: 'alice', ANSWER: 'x' },
  })
  const tries: [name: string, call: () => Promise<unknown>, expected: string][] = [
    ['puts a record', () => dynamoDB.send(new PutItemCommand({ TableName, Item: Key })), denied],
    ['deletes a record', () => dynamoDB.send(new DeleteItemCommand({ TableName, Key })), denied],
    ['ends a record', () => update(ended, { ReturnValues: 'UPDATED_NEW' }), 'ConditionalCheckFailedException'],
    ['ends a record and reads all of it', () => update(ended, { ReturnValues: 'ALL_NEW' }), denied],
    ['writes a grant', () => update([...ended, 'grantHash']), denied],
    ['binds a record to a subject', () => update(['subjectSub']), denied],
    // With approvalGroups, it approves. It changes nothing that decides whether the approval and the ticket count.
    ['approves a record', () => update(approved, { ReturnValues: 'UPDATED_NEW' }), 'ConditionalCheckFailedException'],
    ['approves a record and reads all of it', () => update(approved, { ReturnValues: 'ALL_NEW' }), denied],
    ...['actorSub', 'requestedAt', 'approvalRequired', 'claimedAt', 'ticketHash', 'allowsEveryone'].map(
      (name): (typeof tries)[number] => [
        `approves a record and writes ${name}`,
        () => update([...approved, name]),
        denied,
      ],
    ),
    ['answers a challenge', () => cognito.send(challenge), denied],
  ]
  for (const [name, call, expected] of tries) {
    const found = await outcomeOf(call())
    if (found !== expected) throw new Error(`oversight's role ${name}: the outcome is ${found}, not ${expected}`)
  }
}
