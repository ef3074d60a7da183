// Handles the trigger events of the impersonation client.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { readTriggerConfig, type TriggerConfig } from '../config.ts'
import { loggable } from '../loggable.ts'
import { createRecords, type Records } from '../records.ts'
import { sdkClientConfig } from '../sdk-client.ts'
import { createAuthChallenge } from './create-auth-challenge.ts'
import { defineAuthChallenge } from './define-auth-challenge.ts'
import type { TriggerEvent } from './event.ts'
import { preTokenGeneration } from './pre-token-generation.ts'
import { verifyAuthChallengeResponse } from './verify-auth-challenge-response.ts'

type Log = (line: Record<string, unknown>) => void

/** @returns a handler. It throws for every event except the four of an impersonation's sign-in. */
export function createImpersonationTriggers(
  records: Pick<Records, 'redeem' | 'issue' | 'refuse'>,
  policy: Pick<TriggerConfig, 'protectedGroups' | 'sessionMinutes'>,
  log: Log,
) {
  const respond = (event: TriggerEvent): object | Promise<object> => {
    switch (event.triggerSource) {
      case 'DefineAuthChallenge_Authentication':
        return defineAuthChallenge(event)
      case 'CreateAuthChallenge_Authentication':
        return createAuthChallenge(event)
      case 'VerifyAuthChallengeResponse_Authentication':
        return verifyAuthChallengeResponse(event, records)
      default:
        return preTokenGeneration(event, records, policy)
    }
  }
  return async (event: TriggerEvent): Promise<TriggerEvent> => {
    const denied = { event: 'trigger-denied', trigger: event.triggerSource, subject: event.userName }
    try {
      const response = await respond(event)
      if ('failAuthentication' in response && response.failAuthentication) log(denied)
      if ('answerCorrect' in response && !response.answerCorrect) log(denied)
      return { ...event, response }
    } catch (error) {
      log({ ...denied, error: loggable(error) })
      throw error
    }
  }
}

/** The longest that DynamoDB may take in one trigger, ms. Cognito waits 5 s for a trigger. */
const timeout = 2_000

let handle: ReturnType<typeof createImpersonationTriggers> | undefined

/**
 * Handles an event with this function's settings and its table.
 * @throws Error naming a missing setting, or as the handler above
 */
export function handleImpersonation(event: TriggerEvent): Promise<TriggerEvent> {
  handle ??= fromEnvironment()
  return handle(event)
}

function fromEnvironment() {
  const config = readTriggerConfig(process.env)
  const dynamoDB = new DynamoDBClient(sdkClientConfig)
  const records = createRecords({ dynamoDB, tableName: config.recordsTableName, timeout, now: Date.now })
  return createImpersonationTriggers(records, config, console.warn)
}
