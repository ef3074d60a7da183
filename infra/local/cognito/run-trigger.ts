// Runs a pool's Lambda triggers: the event as AWS documents it, five seconds, up to three tries, and the errors by their names.
// Source: developer guide, "Customizing user pool workflows with Lambda triggers", and per trigger its own page.
import { CognitoError, invalidLambdaResponse } from './errors.ts'
import { isObject } from './input.ts'
import type { ClientCall, LambdaConfig, Pool } from './pool.ts'

export type TriggerName = Exclude<keyof LambdaConfig, 'PreTokenGenerationConfig'>

const answerWithin = 5000
const tries = 3

/** The ARN of the function behind a trigger. */
export function triggerArn(pool: Pool, name: TriggerName): string | undefined {
  const config = pool.properties.LambdaConfig ?? {}
  const versioned = name === 'PreTokenGeneration' ? config.PreTokenGenerationConfig?.LambdaArn : undefined
  return versioned ?? config[name]
}

/**
 * Invokes a trigger and gives back the `response` of the event that it returned.
 * `response` holds the placeholders that Cognito sends. Throws UserLambdaValidationException where the function
 * failed, UnexpectedLambdaException where it could not be run in time or at all, InvalidLambdaResponseException
 * where what it returned is not the event.
 */
export async function runTrigger(
  { pool, client, invoke }: ClientCall,
  name: TriggerName,
  event: {
    version?: string
    triggerSource: string
    userName: string
    request: Record<string, unknown>
    response: Record<string, unknown>
  },
): Promise<Record<string, unknown>> {
  const { id, region, arn } = pool.definition
  const sent = {
    version: '1',
    region,
    userPoolId: id,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: client.id },
    ...event,
  }
  const caller = { principal: 'cognito-idp.amazonaws.com', sourceArn: arn, timeoutMs: answerWithin }
  for (let attempt = 1; ; attempt++) {
    const outcome = await invoke(triggerArn(pool, name) ?? '', structuredClone(sent), caller)
    switch (outcome.kind) {
      case 'answer':
        return readResponse(sent, outcome.payload)
      case 'error':
        throw failed(name, outcome.errorMessage)
      case 'denied':
        throw cannotInvoke(name, 'AccessDeniedException.')
      case 'timeout':
        // A function that runs into its own Timeout is answered for by Lambda, as a function error.
        if (outcome.limit === 'function') throw failed(name, 'Task timed out')
        // Only a call that was not answered in time is made again.
        if (attempt === tries) throw cannotInvoke(name, 'Socket timeout while invoking Lambda function.')
    }
  }
}

const failed = (name: TriggerName, text: string) =>
  new CognitoError('UserLambdaValidationException', `${name} failed with error ${text}.`)

const cannotInvoke = (name: TriggerName, why: string) =>
  new CognitoError('UnexpectedLambdaException', `${name} invocation failed due to error ${why}`)

function readResponse(sent: Record<string, unknown>, payload: unknown): Record<string, unknown> {
  if (!isObject(payload) || !isObject(payload.response)) throw invalidLambdaResponse()
  for (const field of Object.keys(sent)) if (payload[field] === undefined) throw invalidLambdaResponse()
  return payload.response
}
