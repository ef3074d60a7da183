// The triggers before and after a sign-in. Neither changes the sign-in, but each can refuse it by throwing.
// Source: developer guide, "Pre authentication Lambda trigger" and "Post authentication Lambda trigger".
import type { ClientCall } from './call.ts'
import { hidesUnknownUsers } from './client-settings.ts'
import type { User } from './pool.ts'
import { runTrigger, triggerArn } from './run-trigger.ts'
import { eventAttributes } from './users.ts'

/**
 * Runs PreAuthentication before the password is checked. The request's ClientMetadata arrives as `validationData`.
 * @param who `user` is undefined if there is no such user, and the client hides that
 * @throws CognitoError from the trigger
 */
export async function runPreAuthentication(call: ClientCall, who: { user: User | undefined; username: string }) {
  if (!triggerArn(call.pool, 'PreAuthentication')) return
  const validationData = call.input.map('ClientMetadata')
  await runTrigger(call, 'PreAuthentication', {
    triggerSource: 'PreAuthentication_Authentication',
    userName: who.user?.username ?? who.username,
    request: {
      userAttributes: eventAttributes(call.pool, who.user),
      ...(validationData ? { validationData } : {}),
      ...(hidesUnknownUsers(call.client) ? { userNotFound: !who.user } : {}),
    },
    response: {},
  })
}

/**
 * Runs PostAuthentication after a sign-in, before the tokens are made. A refresh does not run it.
 * @throws CognitoError from the trigger
 */
export async function runPostAuthentication(
  call: ClientCall,
  user: User,
  clientMetadata: Record<string, string> | undefined,
) {
  if (!triggerArn(call.pool, 'PostAuthentication')) return
  await runTrigger(call, 'PostAuthentication', {
    triggerSource: 'PostAuthentication_Authentication',
    userName: user.username,
    request: {
      userAttributes: eventAttributes(call.pool, user),
      newDeviceUsed: false,
      ...(clientMetadata ? { clientMetadata } : {}),
    },
    response: {},
  })
}
