// Starts a local Cognito with one pool, triggers as plain functions, a clock the test sets, and the real AWS SDK.
import { createHmac } from 'node:crypto'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { type CognitoOptions, startCognito } from '../../../../infra/local/cognito/server.ts'
import type { Caller } from '../../../../infra/local/lambda/functions.ts'
import type { Outcome } from '../../../../infra/local/lambda/outcome.ts'
import { poolKeys } from '../../../support/pool-keys.ts'

export const poolId = 'us-east-1_AbCdEf123'
const arn = `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${poolId}`

/** 2030-01-01T00:00:00Z, in ms. */
export const start = 1_893_456_000_000

export interface Event {
  version: string
  triggerSource: string
  userName: string
  request: Record<string, unknown>
  response: Record<string, unknown>
  [field: string]: unknown
}

type Trigger = (event: Event) => unknown

const keys = poolKeys()

const secret = 's'.repeat(51)

/** The app clients of every pool. `open` allows all flows, `hiding` hides unknown users, `confidential` has a secret. */
const clients = {
  open: {
    ExplicitAuthFlows: [
      'ALLOW_ADMIN_USER_PASSWORD_AUTH',
      'ALLOW_USER_PASSWORD_AUTH',
      'ALLOW_USER_SRP_AUTH',
      'ALLOW_CUSTOM_AUTH',
      'ALLOW_REFRESH_TOKEN_AUTH',
    ],
  },
  hiding: {
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'],
    PreventUserExistenceErrors: 'ENABLED',
  },
  confidential: { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'], PreventUserExistenceErrors: 'LEGACY' },
}

export interface Setup {
  pool?: Record<string, unknown>
  clients?: Record<string, Record<string, unknown>>
  groups?: Record<string, unknown>[]
  /** By their names in LambdaConfig. Each returns the function's answer. */
  triggers?: Record<string, Trigger>
  /** Replaces the triggers: returns the outcome of each invocation. */
  invoke?: (event: Event, caller: Caller) => Promise<Outcome>
  intercept?: NonNullable<CognitoOptions['intercept']>
}

/** Starts a pool. Close it after the test. The id of a client is its name. */
export async function startPool(setup: Setup = {}) {
  const clock = { now: start }
  const events: Event[] = []
  const callers: Caller[] = []
  const triggers = setup.triggers ?? {}
  const lambdaConfig = Object.fromEntries(Object.keys(triggers).map((name) => [name, `arn:${name}`]))
  const invoke = async (functionArn: string, sent: unknown, caller: Caller): Promise<Outcome> => {
    const event = sent as Event
    events.push(structuredClone(event))
    callers.push(caller)
    if (setup.invoke) return setup.invoke(event, caller)
    try {
      return { kind: 'answer', payload: await triggers[functionArn.replace('arn:', '')]?.(event) }
    } catch (error) {
      return { kind: 'error', errorType: 'Error', errorMessage: (error as Error).message }
    }
  }
  const cognito = await startCognito({
    port: 0,
    now: () => clock.now,
    keys: () => keys,
    invoke,
    ...(setup.intercept ? { intercept: setup.intercept } : {}),
    userPools: [
      {
        id: poolId,
        arn,
        region: 'us-east-1',
        account: '000000000000',
        properties: {
          UserPoolTier: 'ESSENTIALS',
          AliasAttributes: ['email'],
          UsernameConfiguration: { CaseSensitive: false },
          LambdaConfig: lambdaConfig,
          ...setup.pool,
        },
        clients: Object.entries({ ...clients, ...setup.clients }).map(([id, properties]) => ({
          id,
          properties,
          ...(id === 'confidential' ? { secret } : {}),
        })),
        groups: setup.groups ?? [{ GroupName: 'impersonators' }, { GroupName: 'admins' }],
      },
    ],
  })
  const sdk = new CognitoIdentityProvider({
    endpoint: cognito.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
  })
  return {
    ...cognito,
    clock,
    events,
    callers,
    sdk,
    /** Adds a confirmed user. */
    async addUser(username: string, password = 'Alice-Local-1!', attributes: Record<string, string> = {}) {
      await sdk.adminCreateUser({
        UserPoolId: poolId,
        Username: username,
        UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
      })
      await sdk.adminSetUserPassword({
        UserPoolId: poolId,
        Username: username,
        Password: password,
        Permanent: true,
      })
    },
    /** Signs in by password. Returns the tokens. */
    async signIn(username: string, password = 'Alice-Local-1!', ClientId = 'open') {
      const { AuthenticationResult: tokens } = await sdk.initiateAuth({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: password },
      })
      return {
        access: tokens?.AccessToken ?? '',
        id: tokens?.IdToken ?? '',
        refresh: tokens?.RefreshToken ?? '',
        expiresIn: tokens?.ExpiresIn,
      }
    },
    async close() {
      sdk.destroy()
      await cognito.close()
    },
  }
}

/** The name of the call's exception, or 'nothing' if it succeeds. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  return (await failure(call)).name
}

/** The call's exception. If the call succeeds, an error named 'nothing'. */
export async function failure(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => ({ name: 'nothing', message: '' }),
    (error: Error) => error,
  )
}

/** Developer guide, "Computing secret hash values". */
export const secretHash = (username: string, clientId = 'confidential') =>
  createHmac('sha256', secret).update(`${username}${clientId}`).digest('base64')

export const clientSecret = secret

/** Reads a token's claims without verifying it. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

const respond = (event: Event, response: Record<string, unknown>) => ({ ...event, response })

/** The triggers of a sign-in with one question. The answer is `open sesame`. */
export const question = {
  DefineAuthChallenge: (event: Event) => {
    const session = event.request.session as { challengeResult: boolean }[]
    const done = session.length > 0
    const right = session[0]?.challengeResult === true
    return respond(event, {
      ...(done ? {} : { challengeName: 'CUSTOM_CHALLENGE' }),
      issueTokens: done && right,
      failAuthentication: done && !right,
    })
  },
  CreateAuthChallenge: (event: Event) =>
    respond(event, {
      publicChallengeParameters: { question: 'the word?' },
      privateChallengeParameters: { answer: 'open sesame' },
      challengeMetadata: 'RIDDLE',
    }),
  VerifyAuthChallengeResponse: (event: Event) => {
    const expected = (event.request.privateChallengeParameters as Record<string, string>).answer
    return respond(event, { answerCorrect: event.request.challengeAnswer === expected })
  },
} satisfies Record<string, Trigger>
