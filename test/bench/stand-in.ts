// A stand-in server for Cognito, DynamoDB and Lambda in its own process. It answers at once or after a fixed delay, and counts its
// requests.

import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { listen } from '../../infra/local/listen.ts'
import { encode, newKey, signToken } from '../support/tokens.ts'
import { makeCertificate } from './certificate.ts'

/** Settings of the functions that the tokens must match. */
export interface Place {
  userPoolId: string
  actorClientId: string
  impersonationClientId: string
  impersonatorsGroup: string
}

export interface Counts {
  /** Requests by operation. */
  calls: Record<string, number>
  connections: number
  /** The actual delay of each answer in ms: timers are late. */
  delays: number[]
}

export interface Ready {
  port: number
  /** PEM */
  certificate: string
  /** An ID token of an actor. */
  idToken: string
}

/** Requests the counts since the last turn, and sets the delay of all following answers. */
export interface Turn {
  /** ms */
  delay: number
}

type Fields = Record<string, unknown>

const place: Place = JSON.parse(process.argv[2] ?? '')
const key = newKey()
const actorSub = '5d3c1f0e-0000-4000-8000-00000000000a'
const subjectSub = '5d3c1f0e-0000-4000-8000-00000000000b'
const signature = randomBytes(256).toString('base64url')
const refreshToken = randomBytes(1300).toString('base64url')
const session = randomBytes(700).toString('base64url')
const seconds = Math.floor(Date.now() / 1000)
const times = { auth_time: seconds, iat: seconds, exp: seconds + 3600 }
const iss = `https://cognito-idp.us-east-1.amazonaws.com/${place.userPoolId}`

/** A token with a fake signature: the endpoint only decodes it. */
function token(impersonationId: string, claims: object): string {
  const act = { act: { sub: actorSub }, impersonation_id: impersonationId }
  const payload = { sub: subjectSub, iss, ...times, event_id: subjectSub, jti: subjectSub, ...act, ...claims }
  return `${encode({ kid: key.kid, alg: 'RS256' })}.${encode(payload)}.${signature}`
}

const answers: Record<string, (fields: Fields) => object> = {
  AdminInitiateAuth: () => ({
    ChallengeName: 'CUSTOM_CHALLENGE',
    ChallengeParameters: { USERNAME: 'alice' },
    Session: session,
  }),
  AdminRespondToAuthChallenge(fields) {
    const { impersonationId = 'none' } = (fields.ClientMetadata ?? {}) as Record<string, string>
    const client = place.impersonationClientId
    return {
      AuthenticationResult: {
        IdToken: token(impersonationId, { token_use: 'id', aud: client, 'cognito:username': 'alice' }),
        AccessToken: token(impersonationId, { token_use: 'access', client_id: client, username: 'alice' }),
        RefreshToken: refreshToken,
        ExpiresIn: 3600,
        TokenType: 'Bearer',
      },
      ChallengeParameters: {},
    }
  },
  AdminListGroupsForUser: () => ({
    Groups: [
      {
        GroupName: place.impersonatorsGroup,
        UserPoolId: place.userPoolId,
        CreationDate: seconds,
        LastModifiedDate: seconds,
      },
    ],
  }),
  AdminGetUser: () => ({
    Username: 'olivia',
    Enabled: true,
    UserStatus: 'CONFIRMED',
    UserCreateDate: seconds,
    UserLastModifiedDate: seconds,
    UserAttributes: [{ Name: 'sub', Value: actorSub }],
  }),
  PutItem: () => ({}),
  UpdateItem: ({ Key }) => ({
    Attributes: {
      ...(Key as object),
      state: { S: 'issued' },
      actorSub: { S: actorSub },
      actorUsername: { S: 'olivia' },
      subjectSub: { S: subjectSub },
      grantEndsAt: { N: '1795366468000' },
    },
  }),
  jwks: () => ({ keys: [key.jwk] }),
  // The answer of a PreTokenGeneration function of the pool's owner.
  Invoke: (event) => ({
    ...event,
    response: {
      claimsAndScopeOverrideDetails: { idTokenGeneration: { claimsToAddOrOverride: { tenant_id: 'acme' } } },
    },
  }),
}

const nothing = (): Counts => ({ calls: {}, connections: 0, delays: [] })
let counts = nothing()

function operationOf({ method, url, headers }: IncomingMessage): string {
  if (method === 'GET' && url === `/${place.userPoolId}/.well-known/jwks.json`) return 'jwks'
  if (method === 'POST' && url?.endsWith('/invocations')) return 'Invoke'
  return String(headers['x-amz-target']).split('.').at(-1) ?? ''
}

let delay = 0
const { key: serverKey, cert } = makeCertificate([
  'cognito-idp.us-east-1.amazonaws.com',
  'dynamodb.us-east-1.amazonaws.com',
  'lambda.us-east-1.amazonaws.com',
])
const server = createServer({ key: serverKey, cert }, async (request, response) => {
  const begun = performance.now()
  const operation = operationOf(request)
  const body = await text(request)
  counts.calls[operation] = (counts.calls[operation] ?? 0) + 1
  const answer = answers[operation]?.(JSON.parse(body || '{}'))
  if (delay) {
    await setTimeout(delay)
    counts.delays.push(performance.now() - begun)
  }
  response.writeHead(answer ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' })
  response.end(JSON.stringify(answer ?? { __type: 'UnknownOperationException' }))
})
server.on('secureConnection', () => {
  counts.connections++
})
server.keepAliveTimeout = 600_000
const port = await listen(server)

process.on('message', (turn: Turn) => {
  process.send?.(counts)
  counts = nothing()
  delay = turn.delay
})
process.on('disconnect', () => process.exit())
process.send?.({
  port,
  certificate: cert,
  idToken: signToken(key, {
    sub: actorSub,
    aud: place.actorClientId,
    iss,
    token_use: 'id',
    ...times,
    'cognito:username': 'olivia',
    'cognito:groups': [place.impersonatorsGroup],
  }),
} satisfies Ready)
