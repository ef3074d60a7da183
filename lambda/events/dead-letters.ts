// Sends what can have no event to the dead-letter queue. Loaded only when it is needed.

import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { sdkClientConfig } from '../sdk-client.ts'
import { timeLimit } from '../time-limit.ts'
import type { Unreadable } from './publish.ts'

/** @param options `timeout` is the time limit of one call, including retries, in ms */
export function createSetAside({ queueUrl, timeout }: { queueUrl: string; timeout: number }) {
  // The queue is in the function's region. Its URL would override AWS_ENDPOINT_URL.
  const sqs = new SQSClient({ ...sdkClientConfig, useQueueUrlAsEndpoint: false })

  return async function setAside({ id, sequenceNumber }: Unreadable): Promise<void> {
    const MessageBody = JSON.stringify({ reason: 'unreadable', id, sequenceNumber })
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }), { abortSignal: timeLimit(timeout) })
  }
}
