// AWS SDK clients whose calls stay in this process.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { sdkClientConfig } from '../../lambda/sdk-client.ts'
import { type Behaviour, faulty, noFaults, untilAborted } from './faults.ts'

/** The configuration of a client whose `requestHandler` is `faulty`. */
export const inProcess = {
  ...sdkClientConfig,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  // The transports ignore signatures, and making one takes long.
  signer: { sign: async <Request>(request: Request) => request },
  // With its own logger, the SDK filters each input and output for log lines that it does not write.
  logger: {} as Console,
}

/** @param perform runs an operation at a table, and returns the response of AWS. */
export function inProcessDynamoDB(
  perform: (operation: string, input: never) => Promise<object> | object,
  { maxAttempts = 1, behaviour = noFaults }: { maxAttempts?: number; behaviour?: Behaviour } = {},
): DynamoDBClient {
  const run = (operation: string, input: object) => perform(operation, input as never)
  return new DynamoDBClient({ ...inProcess, maxAttempts, requestHandler: faulty(run, behaviour) as never })
}

/** A client that gets no response. */
export function silentDynamoDB(): DynamoDBClient {
  const handle = (_: unknown, { abortSignal }: { abortSignal?: AbortSignal }) => untilAborted(abortSignal)
  return new DynamoDBClient({ ...inProcess, requestHandler: { handle } as never })
}
