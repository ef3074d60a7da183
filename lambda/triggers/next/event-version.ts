// Translates PreTokenGeneration events and answers for a function of event version V1_0.
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html

import { isObject } from '../../json.ts'
import type { TriggerEvent } from '../event.ts'

/** The event that Cognito sends to a V1_0 function. It has no scopes. */
export function toV1<Event extends Pick<TriggerEvent, 'request' | 'response'>>(event: Event) {
  const { scopes: _, ...request } = event.request as TriggerEvent['request'] & { scopes?: unknown }
  return { ...event, version: '1', request, response: { claimsOverrideDetails: null } }
}

/** Translates a V1_0 function's answer to `event` into a V2_0 answer. Returns a value that is not an answer unchanged. */
export function fromV1(answer: unknown, event: object): unknown {
  if (!isObject(answer) || !isObject(answer.response)) return answer
  const { claimsOverrideDetails: details } = answer.response
  if (!isObject(details)) return { ...event, response: { claimsAndScopeOverrideDetails: details ?? null } }
  const { claimsToAddOrOverride, claimsToSuppress, groupOverrideDetails } = details
  // V1_0 changes only the ID token, and the groups in both tokens. JSON omits undefined values.
  const idTokenGeneration = { claimsToAddOrOverride, claimsToSuppress }
  return { ...event, response: { claimsAndScopeOverrideDetails: { idTokenGeneration, groupOverrideDetails } } }
}
