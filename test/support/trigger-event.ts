// Trigger events in Cognito's form.

import type { TriggerEvent } from '../../lambda/triggers/event.ts'

/** An event of alice's sign-in. */
export function triggerEvent(
  triggerSource: string,
  request: TriggerEvent['request'] = {},
  clientId = 'ours',
): TriggerEvent {
  return {
    triggerSource,
    userName: 'alice',
    callerContext: { clientId },
    request: { userAttributes: { sub: 'sub-of-alice', 'cognito:user_status': 'CONFIRMED' }, ...request },
    response: {},
  }
}
