import { randomBytes } from 'node:crypto'
import { CognitoIdentityProviderServiceException } from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, test } from '@jest/globals'
import { asImpersonationError, ImpersonationError, isCode } from '../../lambda/errors.ts'
import { newGrant } from '../../lambda/grant.ts'
import { loggable } from '../../lambda/loggable.ts'
import { idClaims, newKey, signToken } from '../support/tokens.ts'

test('an error has a code, the contract’s status and a message', () => {
  expect(new ImpersonationError('SubjectDisabled')).toMatchObject({
    code: 'SubjectDisabled',
    status: 422,
    message: expect.stringMatching(/disabled/),
  })
  expect(new ImpersonationError('RequestInvalid', { message: 'x' })).toMatchObject({ status: 400, message: 'x' })
})
test.each([
  ['SubjectDisabled', true],
  ['toString', false],
  ['', false],
  [undefined, false],
])('isCode(%j) is %s', (code, expected) => {
  expect(isCode(code)).toBe(expected)
})
test.each([new TypeError('bug'), 'text', undefined])(
  'asImpersonationError turns any other thrown value into a fault: %s',
  (thrown) => {
    expect(asImpersonationError(thrown)).toMatchObject({ code: 'Fault', status: 500, cause: thrown })
  },
)

describe('loggable', () => {
  const $metadata = { httpStatusCode: 400, requestId: 'aws-1', attempts: 2 }
  const awsError = (message: string) =>
    new CognitoIdentityProviderServiceException({
      name: 'ResourceNotFoundException',
      $fault: 'client',
      $metadata,
      message,
    })
  test('keeps an AWS message and the causes', () => {
    expect(loggable(new ImpersonationError('Fault', { cause: awsError('pool gone') }))).toMatchObject({
      name: 'ImpersonationError',
      code: 'Fault',
      cause: {
        name: 'ResourceNotFoundException',
        message: 'pool gone',
        awsRequestId: 'aws-1',
        awsStatus: 400,
        attempts: 2,
      },
    })
  })
  test('drops a parser’s message: it may quote a token', () => {
    const parsing = Object.assign(new SyntaxError('Unexpected token "eyJ"'), { $response: { body: 'eyJ' }, $metadata })
    expect(JSON.stringify(loggable(parsing))).not.toContain('eyJ')
    expect(loggable(parsing)).toMatchObject({ name: 'SyntaxError', awsRequestId: 'aws-1' })
  })
  const grant = newGrant()
  test.each([
    ['a token', signToken(newKey(), idClaims(0))],
    ['a token cut short', signToken(newKey(), idClaims(0)).slice(0, 60)],
    ['an answer', grant.answer],
    ['a grant without its id', grant.answer.slice(grant.id.length + 1)],
    ['a Session', randomBytes(256).toString('base64url')],
    ['a secret hash', Buffer.alloc(32, 0xfb).toString('base64')],
    ['a secret hash of slashes', Buffer.alloc(32, 0xff).toString('base64')],
    ['an app client’s secret', '1example23456789'.repeat(3).concat('abc')],
    ['40 characters', 'k'.repeat(40)],
  ])('cuts a secret out of an AWS message: %s', (_, secret) => {
    const quoting = awsError(`1 error: Value '${secret}' at 'x', {"x":"${secret}"}, x=${secret}, is wrong`)
    for (const fault of [quoting, new ImpersonationError('Fault', { message: quoting.message })]) {
      const { message } = loggable(fault) ?? {}
      expect(message).toMatch(/^1 error: Value '\[cut\]' at 'x', {"x":"\[cut\]"}, (x=)?\[cut\], is wrong$/)
    }
  })
  test.each([
    'User: arn:aws:sts::123456789012:assumed-role/Impersonation-EndpointServiceRole1A2B3C4D-X9Y8Z7/Impersonation-Endpoint is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:123456789012:table/Impersonation-Records5C6D7E8F-1ABCDEFGHIJKL/index/by-subject because no identity-based policy allows it',
    'arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/Impersonation-Records5C6D7E8F-1ABCDEFGHIJKL is not there, id 5f5e7c7e-3d0f-4c39-9d2c-0f1b2a3c4d5e',
    "1 validation error detected: Value '' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+",
    'k'.repeat(39),
  ])('keeps the rest of an AWS message: %s', (message) => {
    expect(loggable(awsError(message))).toMatchObject({ message })
  })
  test.each([
    ['text', { name: 'string' }],
    [undefined, undefined],
  ])('keeps only the type of something that is not an error: %j', (thrown, logged) => {
    expect(loggable(thrown)).toEqual(logged)
  })
})
