// Handles the trigger events of the impersonation client.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { readTriggerConfig, type TriggerConfig } from '../config.ts'
import { loggable } from '../loggable.ts'
import { createRecords, type Records } from '../records.ts'
import { sdkClientConfig } from '../sdk-client.ts'
import { createAuthChallenge } from './create-auth-challenge.ts'
import { defineAuthChallenge } from './define-auth-challenge.ts'
import type { TriggerContext, TriggerEvent } from './event.ts'
import type { NextTokens } from './next/impersonated-tokens.ts'
import { preTokenGeneration } from './pre-token-generation.ts'
import { verifyAuthChallengeResponse } from './verify-auth-challenge-response.ts'

type Log = (line: Record<string, unknown>) => void

/** Runs the pool's own PreTokenGeneration for an impersonation. */
export type RunNextTokens = (event: TriggerEvent, context: TriggerContext | undefined) => Promise<NextTokens>

/**
 * @param next runs the owner's PreTokenGeneration. Undefined: the owner has none.
 * @returns a handler. It throws for every event except the four of an impersonation's sign-in.
 */
export function createImpersonationTriggers(
  records: Pick<Records, 'redeem' | 'read' | 'issue' | 'refuse'>,
  settings: Pick<TriggerConfig, 'protectedGroups' | 'mayActAs' | 'approvalGroups' | 'sessionMinutes' | 'scopes'>,
  log: Log,
  next?: RunNextTokens,
) {
  const respond = (event: TriggerEvent, context: TriggerContext | undefined): object | Promise<object> => {
    switch (event.triggerSource) {
      case 'DefineAuthChallenge_Authentication':
        return defineAuthChallenge(event)
      case 'CreateAuthChallenge_Authentication':
        return createAuthChallenge(event)
      case 'VerifyAuthChallengeResponse_Authentication':
        return verifyAuthChallengeResponse(event, records)
      default:
        return preTokenGeneration(event, records, settings, next && ((event) => next(event, context)))
    }
  }
  return async (event: TriggerEvent, context?: TriggerContext): Promise<TriggerEvent> => {
    const denied = { event: 'trigger-denied', trigger: event.triggerSource, subject: event.userName }
    try {
      const response = await respond(event, context)
      if ('failAuthentication' in response && response.failAuthentication) log(denied)
      if ('answerCorrect' in response && !response.answerCorrect) log(denied)
      return { ...event, response }
    } catch (error) {
      log({ ...denied, error: loggable(error) })
      throw error
    }
  }
}

/** The time limit of one call to DynamoDB, ms. A trigger makes at most two. Cognito waits 5 s for a trigger. */
const timeout = 2_000

let handle: ReturnType<typeof createImpersonationTriggers> | undefined

/**
 * Handles an event with this function's settings and its table.
 * @throws Error naming a missing setting, or as the handler above
 */
export function handleImpersonation(event: TriggerEvent, context?: TriggerContext): Promise<TriggerEvent> {
  handle ??= fromEnvironment()
  return handle(event, context)
}

function fromEnvironment() {
  const config = readTriggerConfig(process.env)
  const dynamoDB = new DynamoDBClient(sdkClientConfig)
  const records = createRecords({ dynamoDB, tableName: config.recordsTableName, timeout, now: Date.now })
  const next: RunNextTokens = async (event, context) => {
    const { runNextTokens } = await import('./next/impersonated-tokens.ts')
    return runNextTokens(event, context, config.nextTriggers)
  }
  return createImpersonationTriggers(
    records,
    config,
    console.warn,
    config.nextTriggers.PreTokenGenerationConfig ? next : undefined,
  )
}
