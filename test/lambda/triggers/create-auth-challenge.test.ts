import { expect, test } from '@jest/globals'
import { createAuthChallenge } from '../../../lambda/triggers/create-auth-challenge.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const create = (challengeName?: string) =>
  createAuthChallenge(triggerEvent('CreateAuthChallenge_Authentication', challengeName ? { challengeName } : {}))

test('makes a new private nonce each time', () => {
  const { publicChallengeParameters, privateChallengeParameters } = create('CUSTOM_CHALLENGE')
  expect(publicChallengeParameters).toEqual({})
  expect(privateChallengeParameters.nonce).toMatch(/^[0-9a-f-]{36}$/)
  expect(create('CUSTOM_CHALLENGE').privateChallengeParameters.nonce).not.toBe(privateChallengeParameters.nonce)
})
test.each(['PASSWORD_VERIFIER', undefined])('throws for another challenge: %s', (name) => {
  expect(() => create(name)).toThrow('the challenge is not CUSTOM_CHALLENGE')
})
