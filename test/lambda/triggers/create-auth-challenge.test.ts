import { expect, test } from '@jest/globals'
import { createAuthChallenge } from '../../../lambda/triggers/create-auth-challenge.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const create = (challengeName?: string) =>
  createAuthChallenge(triggerEvent('CreateAuthChallenge_Authentication', challengeName ? { challengeName } : {}))

test('keeps a fresh nonce between Cognito and the verifying trigger', () => {
  const { publicChallengeParameters, privateChallengeParameters } = create('CUSTOM_CHALLENGE')
  expect(publicChallengeParameters).toEqual({})
  expect(privateChallengeParameters.nonce).toMatch(/^[0-9a-f-]{36}$/)
  expect(create('CUSTOM_CHALLENGE').privateChallengeParameters.nonce).not.toBe(privateChallengeParameters.nonce)
})
test.each(['PASSWORD_VERIFIER', undefined])('makes no other challenge: %s', (name) => {
  expect(() => create(name)).toThrow('not a custom challenge')
})
