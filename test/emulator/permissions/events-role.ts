// Tries what the policies of the events' role allow, beyond what its code does. Whoever breaks into it can put our events to one bus.

import { DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge'
import { IAMClient } from '@aws-sdk/client-iam'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { localAccess } from '../../../infra/local/client-access.ts'
import { detailType, source } from '../../../lambda/events/names.ts'
import type { Outputs } from '../../acceptance/target.ts'
import { place } from '../deployment.ts'
import { eventBus } from '../events.ts'
import { policiesOf } from './live-role.ts'
import { outcomeOf, userWith } from './user-with.ts'

const denied = 'AccessDeniedException'
const otherBus = 'other-bus'

/**
 * Lambda alone may assume the role, so a user with the same policies tries the calls.
 * @throws Error naming a call that should be denied and is not, or the other way round.
 */
export async function tryEventsRole({ endpoint, outputs }: { endpoint: string; outputs: Outputs }): Promise<void> {
  const access = localAccess(place.region, endpoint)
  const { EventsFunctionName, EventsDeadLettersUrl } = outputs as unknown as Record<string, string>
  const lambda = new LambdaClient(access)
  const { Role = '' } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: EventsFunctionName }))
  const iam = new IAMClient(access)
  const documents = (await policiesOf(iam, Role.split('/').at(-1) ?? '')).map(({ PolicyDocument }) => PolicyDocument)
  const credentials = await userWith(iam, { UserName: 'like-events', documents })
  const dynamoDB = new DynamoDBClient({ ...access, credentials })
  const eventBridge = new EventBridgeClient({ ...access, credentials })
  const queues = { ...access, useQueueUrlAsEndpoint: false }
  const sqs = new SQSClient({ ...queues, credentials })
  await new EventBridgeClient(access).send(new CreateEventBusCommand({ Name: otherBus }))
  const { QueueUrl: otherQueue } = await new SQSClient(queues).send(
    new CreateQueueCommand({ QueueName: 'other-queue' }),
  )

  const ours = { EventBusName: eventBus, Source: source, DetailType: detailType, Detail: '{}' }
  const put = (...changes: Partial<PutEventsRequestEntry>[]) =>
    eventBridge.send(new PutEventsCommand({ Entries: changes.map((change) => ({ ...ours, ...change })) }))
  const TableName = outputs.RecordsTableName
  const Key = { id: { S: 'of-events' } }
  const tries: [name: string, call: () => Promise<unknown>, expected: string][] = [
    ['puts our event', () => put({}), 'done'],
    ['puts an event of another source', () => put({ Source: 'aws.health' }), denied],
    ['puts an event of another type', () => put({ DetailType: 'Order paid' }), denied],
    ['puts another event beside ours', () => put({}, { Source: 'shop' }), denied],
    ['puts our event to another bus', () => put({ EventBusName: otherBus }), denied],
    [
      'makes a rule',
      () => eventBridge.send(new PutRuleCommand({ Name: 'all', EventPattern: '{"source":["shop"]}' })),
      denied,
    ],
    ['reads a record', () => dynamoDB.send(new GetItemCommand({ TableName, Key })), denied],
    ['reads all records', () => dynamoDB.send(new ScanCommand({ TableName })), denied],
    ['puts a record', () => dynamoDB.send(new PutItemCommand({ TableName, Item: Key })), denied],
    [
      'reads the dead letters',
      () => sqs.send(new ReceiveMessageCommand({ QueueUrl: EventsDeadLettersUrl })),
      'AccessDenied',
    ],
    [
      'sends to another queue',
      () => sqs.send(new SendMessageCommand({ QueueUrl: otherQueue, MessageBody: 'x' })),
      'AccessDenied',
    ],
  ]
  for (const [name, call, expected] of tries) {
    const found = await outcomeOf(call())
    if (found.replace(/Exception$/, '') !== expected.replace(/Exception$/, ''))
      throw new Error(`the events' role ${name}: the outcome is ${found}, not ${expected}`)
  }
}
