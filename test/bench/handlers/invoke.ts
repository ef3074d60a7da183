// A hand-written function that invokes the owner's trigger and returns its answer.

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'

const lambda = new LambdaClient({})

export async function handler(event: object) {
  const command = new InvokeCommand({ FunctionName: 'owner', Payload: JSON.stringify(event) })
  const { Payload } = await lambda.send(command)
  return JSON.parse(Payload?.transformToString() ?? 'null')
}
