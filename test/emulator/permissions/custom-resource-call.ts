// Calls the function of a custom resource as CloudFormation does.

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { listen } from '../../../infra/local/listen.ts'

export interface CustomResourceRequest {
  RequestType: 'Create' | 'Delete'
  ResourceType: string
  ResourceProperties: Record<string, string>
  /** Default: the ARN of a stack that does not exist. */
  StackId?: string
  /** Default: the id of a resource that does not exist. */
  LogicalResourceId?: string
}

/** @returns the answer's Status: `SUCCESS` or `FAILED` */
export async function callCustomResource(
  lambda: LambdaClient,
  FunctionName: string,
  request: CustomResourceRequest,
  signal: AbortSignal,
): Promise<string> {
  const server = createServer()
  const answer = new Promise<string>((resolve, reject) => {
    server.on('request', (received, response) => {
      response.end()
      json(received).then((body) => resolve((body as { Status: string }).Status), reject)
    })
  })
  const port = await listen(server)
  try {
    const event = {
      ResponseURL: `http://127.0.0.1:${port}/`,
      StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Permissions/1',
      RequestId: randomUUID(),
      LogicalResourceId: 'Probe',
      ServiceToken: FunctionName,
      ...request,
    }
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
      { abortSignal: signal },
    )
    if (FunctionError) throw new Error(`${FunctionName} failed: ${Buffer.from(Payload ?? []).toString()}`)
    return await answer
  } finally {
    server.close()
  }
}
