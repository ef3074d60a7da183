// Loads the handler as Lambda does, with its own clients and settings.

import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import { startAws } from '../../support/aws-server.ts'
import { endpointEnvironment } from '../../support/environment.ts'
import { gatewayEvent } from '../../support/gateway-event.ts'
import { idClaims, newKey, signToken } from '../../support/tokens.ts'

const key = newKey()
const originalEnvironment = process.env
let responses: Record<string, object | object[]>
let printed: unknown[]
let aws: Awaited<ReturnType<typeof startAws>>
let handler: (event: ReturnType<typeof gatewayEvent>, context: Context) => Promise<APIGatewayProxyResult>

beforeAll(async () => {
  aws = await startAws(
    (operation) => {
      const response = responses[operation] ?? {}
      return Array.isArray(response) ? (response.shift() ?? {}) : response
    },
    { keys: [key.jwk] },
  )
  const { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: _, ...rest } = originalEnvironment
  process.env = { ...rest, ...aws.environment, ...endpointEnvironment, AWS_LAMBDA_FUNCTION_NAME: 'the-endpoint' }
  for (const name of ['info', 'warn', 'error'] as const)
    jest.spyOn(console, name).mockImplementation((line) => printed.push({ [name]: line }))
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => Boolean(printed.push(line)))
  ;({ handler } = await import('../../../lambda/endpoint/handler.ts'))
})
afterAll(async () => {
  jest.restoreAllMocks()
  process.env = originalEnvironment
  await aws.close()
})

const internalError = { __type: 'InternalErrorException' }
beforeEach(() => {
  printed = []
  aws.calls.length = 0
  responses = {
    AdminInitiateAuth: [internalError, { ChallengeName: 'CUSTOM_CHALLENGE', Session: 'session-1' }],
    AdminListGroupsForUser: { Groups: [{ GroupName: 'impersonators' }] },
    AdminGetUser: { Enabled: true, UserStatus: 'CONFIRMED', UserAttributes: [{ Name: 'sub', Value: 'sub-of-olivia' }] },
    AdminRespondToAuthChallenge: internalError,
    UpdateItem: { __type: 'AccessDeniedException' },
  }
})
const send = (token: string) => handler(gatewayEvent({ headers: { Authorization: [token] } }), {} as Context)
const tokenOfOlivia = () => signToken(key, idClaims(Date.now()))
const count = (operation: string) => aws.calls.filter((call) => call.operation === operation).length

test('refuses a bad token, and counts the refusal under the function’s name', async () => {
  expect(await send('x.y.z')).toMatchObject({ statusCode: 401 })
  expect(aws.calls).toEqual([])
  expect(printed.filter((line) => typeof line === 'string').join('')).toContain('"service":"the-endpoint"')
})
test('puts the record, retries the first call to Cognito, and answers the challenge once', async () => {
  expect(await send(tokenOfOlivia())).toMatchObject({ statusCode: 503 })
  expect(['PutItem', 'AdminInitiateAuth', 'AdminRespondToAuthChallenge'].map(count)).toEqual([1, 2, 1])
  const { input } = aws.calls.find(({ operation }) => operation === 'PutItem') ?? {}
  expect(input).toMatchObject({ TableName: 'records', Item: { actorSub: { S: 'sub-of-olivia' } } })
})
test('logs a record that cannot be closed', async () => {
  const { headers } = await send(tokenOfOlivia())
  expect(printed).toContainEqual({
    error: {
      event: 'not-closed',
      failed: 'refuse',
      impersonationId: headers?.['Impersonation-Id'],
      error: expect.objectContaining({ code: 'Unavailable' }),
    },
  })
})
