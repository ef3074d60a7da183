// The events of the deployed stack, as a rule passes them to a queue.

import { setTimeout } from 'node:timers/promises'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge'
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { localAccess } from '../../infra/local/client-access.ts'
import type { BusEvent } from '../../infra/local/log.ts'
import { detailType, source } from '../../lambda/events/names.ts'
import { place } from './deployment.ts'
import { type Access, signInOlivia } from './olivia.ts'
import type { Probes } from './permissions/prove.ts'

/** The bus of the deployment: the setting `eventBus`. */
export const eventBus = 'default'

export interface EventAccess extends Access {
  endpoint: string
}

/** How long an event or a message may take, in ms. */
const patience = 10_000

/** Makes a rule that passes all our events to a new queue. @returns reads the queue */
async function queueOfEvents(endpoint: string): Promise<(id: string | null) => Promise<BusEvent[]>> {
  const access = localAccess(place.region, endpoint)
  const [sqs, eventBridge] = [sqsAt(endpoint), new EventBridgeClient(access)]
  const name = `events-${crypto.randomUUID()}`
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }))
  const rule = { Name: name, EventBusName: eventBus }
  const EventPattern = JSON.stringify({ source: [source], 'detail-type': [detailType] })
  await eventBridge.send(new PutRuleCommand({ ...rule, EventPattern }))
  const Arn = `arn:aws:sqs:${place.region}:${place.account}:${name}`
  await eventBridge.send(new PutTargetsCommand({ Rule: name, EventBusName: eventBus, Targets: [{ Id: 'queue', Arn }] }))
  const received: BusEvent[] = []
  return async (id) => {
    received.push(...(await messagesIn(sqs, QueueUrl)).map((body) => JSON.parse(body) as BusEvent))
    return received.filter(({ detail }) => detail.id === id)
  }
}

const sqsAt = (endpoint: string) =>
  new SQSClient({ ...localAccess(place.region, endpoint), useQueueUrlAsEndpoint: false })

/** The bodies of the messages that the queue has now. Deletes them. */
async function messagesIn(sqs: SQSClient, QueueUrl: string): Promise<string[]> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  return Messages.map(({ Body = '' }) => Body)
}

/** Asks until the answer is right, or the patience is over. @returns the last answer */
async function waitFor<Answer>(ask: () => Promise<Answer>, isRight: (answer: Answer) => boolean): Promise<Answer> {
  const end = performance.now() + patience
  for (;;) {
    const answer = await ask()
    if (isRight(answer) || performance.now() > end) return answer
    await setTimeout(200)
  }
}

const typeOf = ({ detail }: BusEvent) => String(detail.eventType).split('.').at(-1)
const sequenceOf = ({ detail }: BusEvent) => String(detail.sequence)

/** @throws Error unless an impersonation has its events, in order, without a secret. */
export async function testEvents(access: EventAccess): Promise<void> {
  const eventsOf = await queueOfEvents(access.endpoint)
  const { impersonate, record } = await signInOlivia(access)
  const { id } = await impersonate('alice')
  const events = await waitFor(
    () => eventsOf(id),
    ({ length }) => length >= 3,
  )
  const types = events.toSorted((a, b) => (sequenceOf(a) < sequenceOf(b) ? -1 : 1)).map(typeOf)
  if (types.join() !== 'request,redeem,initiate') throw new Error(`the events of an impersonation are ${types}`)
  const { grantHash, nonce } = (await record(id)) ?? {}
  const found = [grantHash, nonce].filter((secret) => JSON.stringify(events).includes(String(secret)))
  if (found.length > 0) throw new Error('an event has a hash or a nonce')
}

/** @returns the probes of the function that puts the events */
export async function eventProbes(access: EventAccess): Promise<Record<string, Probes>> {
  const { endpoint, outputs } = access
  const eventsOf = await queueOfEvents(endpoint)
  const { impersonate } = await signInOlivia(access)
  const dynamoDB = new DynamoDBClient(localAccess(place.region, endpoint))
  const sqs = sqsAt(endpoint)
  const { EventsDeadLettersUrl = '' } = outputs as unknown as Record<string, string>
  return {
    events: {
      'events:PutEvents': {
        async call() {
          const { id } = await impersonate('alice')
          const events = await waitFor(
            () => eventsOf(id),
            (all) => all.some((event) => typeOf(event) === 'initiate'),
          )
          return events.length > 0 ? 'an event' : 'no event'
        },
        allowed: 'an event',
        denied: 'no event',
      },
      'sqs:SendMessage': {
        async call() {
          const id = crypto.randomUUID()
          const Item = { id: { S: id }, state: { S: 'paused' } }
          await dynamoDB.send(new PutItemCommand({ TableName: outputs.RecordsTableName, Item }))
          const messages = await waitFor(
            () => messagesIn(sqs, EventsDeadLettersUrl),
            (all) => all.length > 0,
          )
          return messages.some((body) => body.includes(id)) ? 'a dead letter' : 'no dead letter'
        },
        allowed: 'a dead letter',
        denied: 'no dead letter',
      },
    },
  }
}
