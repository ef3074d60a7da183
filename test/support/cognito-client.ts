// An SDK client for Cognito with scripted responses.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'

type Answer = object | Error | { __type: string } | 'hangs'

/** @param answers per operation, used in order; the last one repeats. An object with `__type` is an error of AWS. */
export function scriptedCognito(answers: Record<string, Answer | Answer[]>, maxAttempts = 1) {
  const calls: { operation: string; input: Record<string, unknown> }[] = []
  const queues = Object.fromEntries(
    Object.entries(answers).map(([operation, given]) => [operation, Array.isArray(given) ? [...given] : [given]]),
  )
  const client = new CognitoIdentityProviderClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
    requestHandler: {
      async handle(
        request: { headers: Record<string, string>; body: Uint8Array },
        { abortSignal }: { abortSignal?: AbortSignal } = {},
      ) {
        const operation = request.headers['x-amz-target']?.split('.')[1] ?? ''
        calls.push({ operation, input: JSON.parse(new TextDecoder().decode(request.body)) })
        const queue = queues[operation] ?? [{ __type: 'UnknownOperationException' }]
        const answer = queue.length > 1 ? queue.shift() : queue[0]
        if (answer === 'hangs')
          await new Promise((_, reject) => abortSignal?.addEventListener('abort', () => reject(abortSignal.reason)))
        if (answer instanceof Error) throw answer
        const failed = typeof answer === 'object' && '__type' in answer
        const statusCode = !failed ? 200 : answer.__type === 'InternalErrorException' ? 500 : 400
        return { response: { statusCode, headers: {}, body: Buffer.from(JSON.stringify(answer)) } }
      },
    },
  })
  return { client, calls }
}
