// An HTTP server for the calls that a function makes to EventBridge and SQS, in AWS's JSON protocols.

import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { listen } from '../listen.ts'

/** An answer with `__type` is an error. */
export type Answer = { __type?: string } & Record<string, unknown>

export interface MessagesApi {
  url: string
  close(): Promise<void>
}

export interface MessagesApiOptions {
  putEvents(input: Record<string, unknown>): Answer
  /** Gets a message for a queue. */
  send(queueUrl: string, body: string): void
}

export const apiError = (__type: string, message: string): Answer => ({ __type, message })

/** Starts the server on 127.0.0.1. It checks no permissions. */
export async function startMessagesApi({ putEvents, send }: MessagesApiOptions): Promise<MessagesApi> {
  const operations: Record<string, (input: Record<string, unknown>) => Answer> = {
    'AWSEvents.PutEvents': putEvents,
    'AmazonSQS.SendMessage'({ QueueUrl, MessageBody }) {
      send(String(QueueUrl), String(MessageBody))
      return { MessageId: randomUUID(), MD5OfMessageBody: createHash('md5').update(String(MessageBody)).digest('hex') }
    },
  }
  const server = createServer(async (request, response) => {
    const operation = operations[String(request.headers['x-amz-target'])]
    const input = (await json(request).catch(() => ({}))) as Record<string, unknown>
    const answer = operation
      ? operation(input)
      : apiError('UnknownOperationException', 'the local run does not know it')
    response.writeHead(answer.__type === undefined ? 200 : 400, { 'Content-Type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(answer))
  })
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
