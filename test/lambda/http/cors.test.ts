import { describe, expect, test } from '@jest/globals'
import type { Context } from 'aws-lambda'
import { preflight, withCors } from '../../../lambda/http/cors.ts'
import { gatewayEvent } from '../../support/gateway-event.ts'

const appOrigins = ['https://app.example.com', 'http://localhost:3000']
const context = {} as Context
const eventFrom = (...origins: string[]) => gatewayEvent({ headers: { Origin: origins } })
const others: [string, string[]][] = [
  ['no origin', []],
  ['another origin', ['https://evil.example']],
  ['null', ['null']],
  ['a slash at the end', ['https://app.example.com/']],
  ['another port', ['https://app.example.com:8443']],
  ['the default port', ['https://app.example.com:443']],
  ['another scheme', ['http://app.example.com']],
  ['capitals', ['https://APP.example.com']],
  ['a subdomain', ['https://x.app.example.com']],
  ['a longer name', ['https://app.example.com.evil.example']],
  ['a wildcard', ['*']],
  ['two origins', ['https://app.example.com', 'https://app.example.com']],
  ['two origins in one value', ['https://app.example.com, http://localhost:3000']],
  ['an empty origin', ['']],
]

describe('a response', () => {
  const send = (...origins: string[]) => {
    const route = async () => ({ statusCode: 401, headers: { 'Impersonation-Error': 'TicketInvalid' }, body: '{}' })
    return withCors(route, { appOrigins })(eventFrom(...origins), context)
  }
  test.each(appOrigins)('names the one listed origin, and exposes our headers: %s', async (origin) => {
    expect(await send(origin)).toEqual({
      statusCode: 401,
      headers: {
        'Impersonation-Error': 'TicketInvalid',
        Vary: 'Origin',
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': 'Impersonation-Id, Impersonation-Error',
      },
      body: '{}',
    })
  })
  test.each(others)('has no CORS header for %s', async (_, origins) => {
    const { headers } = await send(...origins)
    expect(headers).toEqual({ 'Impersonation-Error': 'TicketInvalid', Vary: 'Origin' })
  })
})

describe('a preflight', () => {
  const answer = preflight({ appOrigins, method: 'POST', requestHeader: 'content-type' })
  test('allows one method and one header, and no credentials', async () => {
    expect(await answer(eventFrom('https://app.example.com'), context)).toEqual({
      statusCode: 204,
      headers: {
        'Cache-Control': 'no-store',
        Vary: 'Origin',
        'Access-Control-Allow-Origin': 'https://app.example.com',
        'Access-Control-Expose-Headers': 'Impersonation-Id, Impersonation-Error',
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Allow-Headers': 'content-type',
        'Access-Control-Max-Age': '600',
      },
      body: '',
    })
  })
  test.each(others)('has no CORS header for %s', async (_, origins) => {
    const { headers } = await answer(eventFrom(...origins), context)
    expect(headers).toEqual({ 'Cache-Control': 'no-store', Vary: 'Origin' })
  })
})
