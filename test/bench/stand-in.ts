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
import { id } from './jobs.ts'

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
  /** An access token of an impersonated session. */
  accessToken: string
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

/** The claims of an impersonated session. */
function claimsOf(impersonationId: string, claims: object): object {
  const act = { act: { sub: actorSub }, impersonation_id: impersonationId }
  return { sub: subjectSub, iss, ...times, event_id: subjectSub, jti: subjectSub, ...act, ...claims }
}

/** A token with a fake signature: the endpoint only decodes it. */
function token(impersonationId: string, claims: object): string {
  return `${encode({ kid: key.kid, alg: 'RS256' })}.${encode(claimsOf(impersonationId, claims))}.${signature}`
}

const client = place.impersonationClientId
const idClaims = { token_use: 'id', aud: client, 'cognito:username': 'alice' }
const accessClaims = { token_use: 'access', client_id: client, username: 'alice' }

/** An impersonation, with the attributes that the functions read. */
const record = {
  state: { S: 'issued' },
  clientId: { S: client },
  actorSub: { S: actorSub },
  actorUsername: { S: 'olivia' },
  actorSignedInAt: { N: `${seconds * 1000}` },
  subjectAsked: { S: 'alice' },
  subjectSub: { S: subjectSub },
  subjectUsername: { S: 'alice' },
  grantEndsAt: { N: '1795366468000' },
  endsAt: { N: `${(seconds + 3600) * 1000}` },
}

const answers: Record<string, (fields: Fields) => object> = {
  AdminInitiateAuth: () => ({
    ChallengeName: 'CUSTOM_CHALLENGE',
    ChallengeParameters: { USERNAME: 'alice' },
    Session: session,
  }),
  AdminRespondToAuthChallenge(fields) {
    const { impersonationId = 'none' } = (fields.ClientMetadata ?? {}) as Record<string, string>
    return {
      AuthenticationResult: {
        IdToken: token(impersonationId, idClaims),
        AccessToken: token(impersonationId, accessClaims),
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
  AdminGetUser: ({ Username }) => ({
    Username,
    Enabled: true,
    UserStatus: 'CONFIRMED',
    UserCreateDate: seconds,
    UserLastModifiedDate: seconds,
    UserAttributes: [{ Name: 'sub', Value: Username === 'alice' ? subjectSub : actorSub }],
  }),
  PutItem: () => ({}),
  GetItem: ({ Key }) => ({ Item: { ...(Key as object), ...record } }),
  UpdateItem: ({ Key }) => ({ Attributes: { ...(Key as object), ...record } }),
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
  accessToken: signToken(key, claimsOf(id, accessClaims)),
} satisfies Ready)
