import { CognitoIdentityProviderServiceException } from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, test } from '@jest/globals'
import { asImpersonationError, ImpersonationError, isCode, loggable } from '../../lambda/errors.ts'

test('an error has its code, the contract’s status and a message', () => {
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
])('isCode(%j) is %s', (code, is) => {
  expect(isCode(code)).toBe(is)
})
test.each([new TypeError('bug'), 'text', undefined])('whatever else is thrown is a fault: %s', (thrown) => {
  expect(asImpersonationError(thrown)).toMatchObject({ code: 'Fault', status: 500, cause: thrown })
})

describe('of a fault the log gets', () => {
  const $metadata = { httpStatusCode: 400, requestId: 'aws-1', attempts: 2 }
  const aws = new CognitoIdentityProviderServiceException({
    name: 'ResourceNotFoundException',
    $fault: 'client',
    $metadata,
    message: 'pool gone',
  })
  test('what AWS says, and the causes beneath', () => {
    expect(loggable(new ImpersonationError('Fault', { cause: aws }))).toMatchObject({
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
  test('no message that a parser wrote: it may quote a token', () => {
    const parsing = Object.assign(new SyntaxError('Unexpected token "eyJ"'), { $response: { body: 'eyJ' }, $metadata })
    expect(JSON.stringify(loggable(parsing))).not.toContain('eyJ')
    expect(loggable(parsing)).toMatchObject({ name: 'SyntaxError', awsRequestId: 'aws-1' })
  })
  test.each([
    ['text', { name: 'string' }],
    [undefined, undefined],
  ])('of something that is no error its type: %j', (thrown, logged) => {
    expect(loggable(thrown)).toEqual(logged)
  })
})
