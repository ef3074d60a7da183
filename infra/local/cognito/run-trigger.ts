// Runs a pool's Lambda triggers, with Cognito's time limit, retries and errors.
// Source: developer guide, "Customizing user pool workflows with Lambda triggers" and the page of each trigger.

import type { ClientCall } from './call.ts'
import { CognitoError, invalidLambdaResponse } from './errors.ts'
import { isObject } from './input.ts'
import type { LambdaConfig, Pool } from './pool.ts'

export type TriggerName = Exclude<keyof LambdaConfig, 'PreTokenGenerationConfig'>

const timeoutMs = 5000
const tries = 3

/** The ARN of a trigger's function, or undefined if the pool has no such trigger. */
export function triggerArn(pool: Pool, name: TriggerName): string | undefined {
  const config = pool.properties.LambdaConfig ?? {}
  const versioned = name === 'PreTokenGeneration' ? config.PreTokenGenerationConfig?.LambdaArn : undefined
  return versioned ?? config[name]
}

/**
 * Invokes a trigger and returns the `response` of its event. `event.response` holds Cognito's placeholders.
 * @throws CognitoError UserLambdaValidationException if the function fails; UnexpectedLambdaException if it cannot be
 * invoked or does not answer in time; InvalidLambdaResponseException if it does not return the event
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
  const caller = { principal: 'cognito-idp.amazonaws.com', sourceArn: arn, timeoutMs }
  for (let attempt = 1; ; attempt++) {
    const outcome = await invoke(triggerArn(pool, name) ?? '', structuredClone(sent), caller)
    switch (outcome.kind) {
      case 'answer':
        return readResponse(sent, outcome.payload)
      case 'error':
        throw functionFailed(name, outcome.errorMessage)
      case 'denied':
        throw cannotInvoke(name, 'AccessDeniedException.')
      case 'timeout':
        // Lambda reports a function's own timeout as a function error.
        if (outcome.limit === 'function') throw functionFailed(name, 'Task timed out')
        // Cognito retries only if it gets no answer in time.
        if (attempt === tries) throw cannotInvoke(name, 'Socket timeout while invoking Lambda function.')
    }
  }
}

const functionFailed = (name: TriggerName, text: string) =>
  new CognitoError('UserLambdaValidationException', `${name} failed with error ${text}.`)

const cannotInvoke = (name: TriggerName, reason: string) =>
  new CognitoError('UnexpectedLambdaException', `${name} invocation failed due to error ${reason}`)

function readResponse(sent: Record<string, unknown>, payload: unknown): Record<string, unknown> {
  if (!isObject(payload) || !isObject(payload.response)) throw invalidLambdaResponse()
  for (const field of Object.keys(sent)) if (payload[field] === undefined) throw invalidLambdaResponse()
  return payload.response
}
