// The impersonation client's sign-in: which trigger answers which event, over the records table.

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

/** @returns a handler that throws for every event by which no impersonation is signed in. */
export function createImpersonationTriggers(
  records: Pick<Records, 'redeem' | 'issue' | 'refuse'>,
  policy: Pick<TriggerConfig, 'protectedGroups' | 'sessionMinutes'>,
  log: Log,
) {
  const answer = (event: TriggerEvent): object | Promise<object> => {
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
      const response = await answer(event)
      if ('failAuthentication' in response && response.failAuthentication) log(denied)
      if ('answerCorrect' in response && !response.answerCorrect) log(denied)
      return { ...event, response }
    } catch (error) {
      log({ ...denied, error: loggable(error) })
      throw error
    }
  }
}

/** The longest that DynamoDB may take at one trigger, ms: Cognito gives a trigger 5 s. */
const timeout = 2_000

let connected: ReturnType<typeof createImpersonationTriggers> | undefined

/** The triggers over this function's own table. @throws Error naming a setting that is missing. */
export function connect() {
  connected ??= fromEnvironment()
  return connected
}

function fromEnvironment() {
  const config = readTriggerConfig(process.env)
  const dynamoDB = new DynamoDBClient(sdkClientConfig)
  const records = createRecords({ dynamoDB, tableName: config.recordsTableName, timeout, now: Date.now })
  return createImpersonationTriggers(records, config, console.warn)
}
