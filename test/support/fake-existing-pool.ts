// A fake existing pool behind the real SDK client. UpdateUserPool resets every setting that it does not receive, as at AWS.

import { Readable } from 'node:stream'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { everySetting } from './full-user-pool.ts'

export const existingPoolId = 'us-east-1_Existing1'

const { PoolName, ...settings } = everySetting

/** The pool as DescribeUserPool returns it, including the settings that no update changes. */
export const described = {
  Id: existingPoolId,
  Name: PoolName,
  Arn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${existingPoolId}`,
  CreationDate: 1_700_000_000.123,
  LastModifiedDate: 1_700_000_000.123,
  EstimatedNumberOfUsers: 12,
  SchemaAttributes: [{ Name: 'email', AttributeDataType: 'String', Required: true, Mutable: true }],
  AliasAttributes: ['email'],
  UsernameConfiguration: { CaseSensitive: false },
  Domain: 'customers',
  ...settings,
}

export type Pool = Record<string, unknown>
type Answer = { __type: string; message?: string } | 'lost' | 'hangs' | (() => void)

/**
 * @param pool the settings at the start
 * @param answers for each operation, one per call: an AWS error; `lost`: the call takes effect and its response is lost;
 *   `hangs`: no response; or a function to run before the call. After the last one, the pool answers every call.
 */
export function createFakeExistingPool(pool: Pool = described, answers: Record<string, Answer[]> = {}) {
  const state = {
    settings: structuredClone(pool) as Pool | undefined,
    calls: [] as string[],
    sent: [] as Pool[],
    mfa: {
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
      WebAuthnConfiguration: { RelyingPartyId: 'example.com' },
    } as Pool,
    afterUpdate: () => {},
  }

  function answer(operation: string, input: Pool): [status: number, body: object] {
    if (!state.settings || input.UserPoolId !== existingPoolId)
      return [400, { __type: 'ResourceNotFoundException', message: 'no such pool' }]
    if (operation === 'DescribeUserPool') return [200, { UserPool: state.settings }]
    if (operation === 'GetUserPoolMfaConfig') return [200, state.mfa]
    state.sent.push(input)
    const { PoolName: Name, UserPoolId: _, ...sent } = input
    const { Policies, AdminCreateUserConfig, UserPoolTags } = sent as typeof everySetting
    if (
      Policies?.PasswordPolicy?.TemporaryPasswordValidityDays &&
      'UnusedAccountValidityDays' in (AdminCreateUserConfig ?? {})
    ) {
      return [400, { __type: 'InvalidParameterException', message: 'use TemporaryPasswordValidityDays instead' }]
    }
    const tags = (state.settings.UserPoolTags ?? {}) as Record<string, string>
    const awsTags = Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith('aws:')))
    if (Object.keys(UserPoolTags ?? {}).some((key) => key.startsWith('aws:'))) {
      return [400, { __type: 'InvalidParameterException', message: 'aws: prefixed tag key names are not allowed' }]
    }
    const kept = Object.entries(state.settings).filter(([key]) => !(key in settings))
    state.settings = {
      ...Object.fromEntries(kept),
      ...sent,
      ...(Name !== undefined && { Name }),
      UserPoolTags: { ...UserPoolTags, ...awsTags },
      LastModifiedDate: (state.settings.LastModifiedDate as number) + 1,
    }
    state.afterUpdate()
    return [200, {}]
  }

  const cognito = new CognitoIdentityProviderClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      async handle(
        request: { headers: Record<string, string>; body: Uint8Array },
        { abortSignal }: { abortSignal?: AbortSignal } = {},
      ) {
        const operation = request.headers['x-amz-target']?.split('.')[1] ?? ''
        state.calls.push(operation)
        const next = answers[operation]?.shift()
        if (next === 'hangs') {
          await new Promise((_, reject) => abortSignal?.addEventListener('abort', () => reject(abortSignal.reason)))
        }
        if (typeof next === 'function') next()
        const failed = typeof next === 'object'
        const [statusCode, body] = failed
          ? ([next.__type === 'InternalErrorException' ? 500 : 400, next] as const)
          : answer(operation, JSON.parse(new TextDecoder().decode(request.body)))
        if (next === 'lost') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
        // A stream in two parts, as from a socket.
        const text = Buffer.from(JSON.stringify(body))
        const half = Math.floor(text.length / 2)
        return {
          response: { statusCode, headers: {}, body: Readable.from([text.subarray(0, half), text.subarray(half)]) },
        }
      },
    },
  })
  return Object.assign(state, { cognito })
}
