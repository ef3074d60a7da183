// A middy middleware that lets only verified sessions through.

import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { NotLiveError } from '../../../infra/live.ts'
import { verify } from './verify.ts'

export type Claims = Awaited<ReturnType<typeof verify>>

export function requireSession(): MiddlewareObj<APIGatewayProxyEvent & { claims: Claims }, APIGatewayProxyResult> {
  return {
    async before({ event }) {
      const header = event.headers.Authorization ?? event.headers.authorization ?? ''
      try {
        event.claims = await verify(header.replace(/^Bearer /i, ''))
        return undefined
      } catch (error) {
        const unavailable = error instanceof NotLiveError && error.code === 'Unavailable'
        return { statusCode: unavailable ? 503 : 401, body: '' }
      }
    },
  }
}
