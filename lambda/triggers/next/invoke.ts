// Invokes one of the pool's own triggers and waits for its answer.

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { errorName } from '../../aws-errors.ts'
import { sdkClientConfig } from '../../sdk-client.ts'
import { timeLimit } from '../../time-limit.ts'

/** The owner's function threw. `message` and `name` are its own. */
export class NextTriggerThrew extends Error {}

/** The owner's function could not be run, or was too slow. */
export class NextTriggerUnavailable extends Error {}

export interface Invocation {
  functionArn: string
  event: unknown
  /** ms */
  timeLimit: number
}

export type Invoke = (invocation: Invocation) => Promise<unknown>

/**
 * @returns what the function returned
 * @throws NextTriggerThrew, or NextTriggerUnavailable with the name of AWS's error
 */
export function createInvoke(lambda: LambdaClient): Invoke {
  return async ({ functionArn, event, timeLimit: milliseconds }) => {
    const command = new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(event) })
    const abortSignal = timeLimit(Math.max(0, milliseconds))
    const { FunctionError, Payload } = await lambda.send(command, { abortSignal }).catch((cause) => {
      const why = abortSignal.aborted ? 'it did not answer in time' : errorName(cause)
      throw new NextTriggerUnavailable(`${functionArn} could not be run: ${why}`, { cause })
    })
    const answer = parse(Payload?.transformToString())
    if (FunctionError) throw thrown(FunctionError, answer)
    return answer
  }
}

let lambda: LambdaClient | undefined

/** Invokes with this function's role. After a lost call it invokes the function again, as Cognito does. */
export const invokeNext: Invoke = (invocation) => {
  lambda ??= new LambdaClient(sdkClientConfig)
  return createInvoke(lambda)(invocation)
}

function parse(text: string | undefined): unknown {
  try {
    return text ? JSON.parse(text) : null
  } catch {
    return null
  }
}

/** Keeps their error text unchanged: Cognito shows it to the person who signs in. */
function thrown(functionError: string, answer: unknown): NextTriggerThrew {
  const { errorMessage = functionError, errorType = functionError } = Object(answer)
  return Object.assign(new NextTriggerThrew(String(errorMessage)), { name: String(errorType) })
}
