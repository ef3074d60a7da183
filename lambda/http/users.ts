// Looks users up at Cognito, and signs staff in.

import {
  AdminGetUserCommand,
  type AdminGetUserCommandOutput,
  AdminInitiateAuthCommand,
  AdminListGroupsForUserCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider'
import { errorName } from '../aws-errors.ts'
import { signInCodes, translate } from '../cognito-errors.ts'
import { ImpersonationError } from '../errors.ts'
import { timeLimit } from '../time-limit.ts'
import type { Credentials } from './authenticate.ts'
import type { ContextData } from './gateway-event.ts'

export type LookUps = ReturnType<typeof createLookUps>
export type Users = ReturnType<typeof createUsers>

/** The time limit of one call, including retries, in ms. A look-up of groups makes one call for each page. */
const timeouts = { signIn: 9_000, lookUp: 4_000 }

/** The states of a user who can sign in, at the pool or at an identity provider. */
const activeStates = ['CONFIRMED', 'EXTERNAL_PROVIDER']

/**
 * Each method throws only ImpersonationErrors. A call ends at its own time limit, or when the caller's signal aborts.
 * @param cognito retries failed calls.
 */
export function createUsers(options: {
  cognito: CognitoIdentityProviderClient
  config: { userPoolId: string; actorClientId: string }
}) {
  const { cognito, config } = options
  const { userPoolId: UserPoolId } = config

  return {
    ...createLookUps({ cognito, userPoolId: UserPoolId }),

    /** Signs a member of staff in with the actors' client. @returns the ID token. */
    async signIn({ username, password }: Credentials, contextData: ContextData, signal: AbortSignal): Promise<string> {
      const command = new AdminInitiateAuthCommand({
        UserPoolId,
        ClientId: config.actorClientId,
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: password },
        ContextData: contextData,
      })
      const response = await cognito.send(command, within(timeouts.signIn, signal)).catch((error) => {
        throw translate(error, signInCodes)
      })
      const idToken = response.AuthenticationResult?.IdToken
      if (!idToken) throw new ImpersonationError('CredentialsInvalid')
      return idToken
    },
  }
}

/** The look-ups of `createUsers`. */
export function createLookUps(options: { cognito: CognitoIdentityProviderClient; userPoolId: string }) {
  const { cognito, userPoolId: UserPoolId } = options

  function getUser(Username: string, signal: AbortSignal) {
    return cognito.send(new AdminGetUserCommand({ UserPoolId, Username }), within(timeouts.lookUp, signal))
  }

  /** Stops at the page with the last group of `among`. @param ifUnknown decides which errors mean that the user is unknown. */
  async function listGroups(
    Username: string,
    { among, ifUnknown }: { among: readonly string[]; ifUnknown: (error: unknown) => undefined },
    signal: AbortSignal,
  ): Promise<string[]> {
    const found = new Set<string>()
    let NextToken: string | undefined
    do {
      const command = new AdminListGroupsForUserCommand({ UserPoolId, Username, Limit: 60, NextToken })
      const page = await cognito.send(command, within(timeouts.lookUp, signal)).catch(ifUnknown)
      for (const { GroupName } of page?.Groups ?? [])
        if (GroupName !== undefined && among.includes(GroupName)) found.add(GroupName)
      NextToken = page?.NextToken
    } while (NextToken && found.size < among.length)
    return [...found]
  }

  return {
    /**
     * Finds those groups of `among` that the user is in now.
     * @returns an empty list if the user no longer exists.
     */
    groupsOf: ({ username, among }: { username: string; among: readonly string[] }, signal: AbortSignal) =>
      listGroups(username, { among, ifUnknown: undefinedIfNotFound }, signal),

    /**
     * The same for a name that somebody typed: a username, an alias or a `sub`.
     * @returns an empty list if there is no such user.
     */
    groupsOfName: ({ name, among }: { name: string; among: readonly string[] }, signal: AbortSignal) =>
      listGroups(name, { among, ifUnknown: undefinedIfNoName }, signal),

    /**
     * Whether the user can sign in now and still has this `sub`: another user may have got the username. After a password
     * reset, or with a one-time password, the user is not active.
     */
    async isActive({ username, sub }: { username: string; sub: string }, signal: AbortSignal): Promise<boolean> {
      const user = await getUser(username, signal).catch(undefinedIfNotFound)
      return user?.Enabled === true && activeStates.includes(String(user.UserStatus)) && subOf(user) === sub
    },

    /** Whether the user is enabled and still has this `sub`. In any other state, e.g. invited, the user can be acted as. */
    async isEnabled({ username, sub }: { username: string; sub: string }, signal: AbortSignal): Promise<boolean> {
      const user = await getUser(username, signal).catch(undefinedIfNotFound)
      return user?.Enabled === true && subOf(user) === sub
    },

    /**
     * Finds the `sub` of a user, in any state.
     * @param name a username, an alias or a `sub`. Cognito decides what it is, and rejects some names that our rule accepts.
     * @returns undefined if there is no such user.
     */
    async findSub(name: string, signal: AbortSignal): Promise<string | undefined> {
      const user = await getUser(name, signal).catch(undefinedIfNoName)
      if (!user) return undefined
      const sub = subOf(user)
      if (!sub) throw new ImpersonationError('Unavailable', { message: 'the response does not contain the sub' })
      return sub
    },
  }
}

function subOf({ UserAttributes }: AdminGetUserCommandOutput): string | undefined {
  return UserAttributes?.find(({ Name }) => Name === 'sub')?.Value
}

function undefinedIfNotFound(error: unknown): undefined {
  if (errorName(error) !== 'UserNotFoundException') throw translate(error)
}

/** Cognito rejects some names that our rule accepts. No user has such a name. */
function undefinedIfNoName(error: unknown): undefined {
  if (errorName(error) !== 'InvalidParameterException') return undefinedIfNotFound(error)
}

function within(milliseconds: number, signal: AbortSignal) {
  return { abortSignal: timeLimit(milliseconds, signal) }
}
