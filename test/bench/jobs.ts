// The events of each job, the checks of its answers, and its calls.

import { gatewayEvent } from '../support/gateway-event.ts'
import { triggerEvent } from '../support/trigger-event.ts'

export type Kind =
  | 'empty'
  | 'by hand'
  | 'endpoint'
  | 'ticket'
  | 'introspection'
  | 'introspection by hand'
  | 'ordinary sign-in'
  | 'owner’s trigger'
  | 'impersonation'

export interface Job {
  /** Sent in sequence. */
  events: object[]
  /** Number of events that belong to start-up: they load the on-demand parts. */
  starting: number
  /** @throws Error if an answer is wrong. */
  check(answers: Answer[]): void
  /** Calls to Cognito and DynamoDB per job, warm. */
  calls: Record<string, number>
  /** More calls of the first job. The function makes them again when their answers are too old. */
  remembered?: Record<string, number>
}

// biome-ignore lint/suspicious/noExplicitAny: the checks read answers of different shapes.
type Answer = any

export interface Facts {
  /** An actor's. */
  idToken: string
  /** Of an impersonated session. */
  accessToken: string
  impersonationClientId: string
}

/** The id in the ticket, and in the access token of the impersonated session. */
export const id = '0f8fad5b-d9cb-469f-a165-70867728950e'

/** An event with an API key that the measured function accepts. */
function keyedEvent(changes: Parameters<typeof gatewayEvent>[0]) {
  const event = gatewayEvent(changes)
  const [apiKeyId]: string[] = JSON.parse(process.env.API_KEY_IDS ?? '[]')
  if (apiKeyId) event.requestContext.identity.apiKeyId = apiKeyId
  return event
}

function checkSession([answer]: Answer[]): void {
  same(answer.statusCode, 200)
  const { impersonation_id } = claimsOf(JSON.parse(answer.body).session.authorization)
  same(impersonation_id, answer.headers['Impersonation-Id'])
}

const mintCalls = { AdminInitiateAuth: 1, AdminListGroupsForUser: 1, AdminGetUser: 1, AdminRespondToAuthChallenge: 1 }

const introspection = (accessToken: string): Job => ({
  events: [
    keyedEvent({
      route: 'POST /auth/introspect',
      headers: { 'Content-Type': ['application/x-www-form-urlencoded'] },
      body: `token=${accessToken}`,
    }),
  ],
  starting: 0,
  check([answer]) {
    same(answer.statusCode, 200)
    same(JSON.parse(answer.body).active, true)
  },
  calls: { GetItem: 1 },
})

export const jobs: Record<Kind, (facts: Facts) => Job> = {
  empty: () => ({ events: [{}], starting: 0, check: ([answer]) => same(answer.statusCode, 200), calls: {} }),

  'by hand': () => ({
    events: [{ body: '{"username":"alice"}' }],
    starting: 0,
    check([answer]) {
      same(answer.statusCode, 200)
      same(claimsOf(JSON.parse(answer.body).IdToken)['cognito:username'], 'alice')
    },
    calls: { AdminInitiateAuth: 1, AdminRespondToAuthChallenge: 1 },
  }),

  endpoint: ({ idToken }) => ({
    events: [keyedEvent({ headers: { Authorization: [idToken] }, body: '{"username":"alice","reason":"to see"}' })],
    starting: 0,
    check: checkSession,
    calls: { ...mintCalls, PutItem: 1 },
  }),

  ticket: () => ({
    events: [
      gatewayEvent({ route: 'POST /auth/session', body: JSON.stringify({ ticket: `${id}.${'A'.repeat(43)}` }) }),
    ],
    starting: 0,
    check: checkSession,
    calls: { ...mintCalls, UpdateItem: 1 },
  }),

  introspection: ({ accessToken }) => ({
    ...introspection(accessToken),
    remembered: { AdminListGroupsForUser: 1, AdminGetUser: 2 },
  }),

  'introspection by hand': ({ accessToken }) => introspection(accessToken),

  'ordinary sign-in': () => {
    const event = triggerEvent('TokenGeneration_Authentication', { groupConfiguration: {} }, 'an-app-of-theirs')
    return {
      events: [event],
      starting: 0,
      check: ([answer]) => same(JSON.stringify(answer), JSON.stringify(event)),
      calls: {},
    }
  },

  'owner’s trigger': () => ({
    events: [triggerEvent('TokenGeneration_Authentication', { groupConfiguration: {} }, 'an-app-of-theirs')],
    starting: 0,
    check: ([answer]) =>
      same(answer.response.claimsAndScopeOverrideDetails.idTokenGeneration.claimsToAddOrOverride.tenant_id, 'acme'),
    calls: { Invoke: 1 },
  }),

  impersonation({ impersonationClientId }) {
    const passed = [{ challengeName: 'CUSTOM_CHALLENGE', challengeResult: true }]
    const event = (source: string, request: object) => triggerEvent(source, request, impersonationClientId)
    return {
      events: [
        event('DefineAuthChallenge_Authentication', { session: [] }),
        event('CreateAuthChallenge_Authentication', { challengeName: 'CUSTOM_CHALLENGE' }),
        event('VerifyAuthChallengeResponse_Authentication', {
          privateChallengeParameters: { nonce: id },
          challengeAnswer: `${id}.${'A'.repeat(43)}`,
          clientMetadata: { impersonationId: id },
        }),
        event('DefineAuthChallenge_Authentication', { session: passed }),
        event('TokenGeneration_Authentication', {
          groupConfiguration: { groupsToOverride: ['readers'] },
          clientMetadata: { impersonationId: id },
        }),
      ],
      starting: 1,
      check([define, create, verify, allow, tokens]) {
        same(define.response.challengeName, 'CUSTOM_CHALLENGE')
        same(typeof create.response.privateChallengeParameters.nonce, 'string')
        same(verify.response.answerCorrect, true)
        same(allow.response.issueTokens, true)
        const { accessTokenGeneration } = tokens.response.claimsAndScopeOverrideDetails
        same(accessTokenGeneration.claimsToAddOrOverride.impersonation_id, id)
      },
      calls: { UpdateItem: 2 },
    }
  },
}

function same(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`wrong answer: ${actual}, expected ${expected}`)
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}
