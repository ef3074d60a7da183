import { expect, test } from '@jest/globals'
import { defineAuthChallenge } from '../../../lambda/triggers/define-auth-challenge.ts'
import type { TriggerEvent } from '../../../lambda/triggers/event.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const correct = { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true }
const wrong = { ...correct, challengeResult: false }
const srp = { challengeName: 'SRP_A', challengeResult: true }
const define = (request: TriggerEvent['request']) =>
  defineAuthChallenge(triggerEvent('DefineAuthChallenge_Authentication', request))

const denied = { issueTokens: false, failAuthentication: true }

test.each([[[]], [null], [undefined]])('starts with one custom challenge: %j', (session) => {
  expect(define(session === undefined ? {} : { session })).toEqual({
    challengeName: 'CUSTOM_CHALLENGE',
    issueTokens: false,
    failAuthentication: false,
  })
})
test('issues tokens after exactly one correct answer', () => {
  expect(define({ session: [correct] })).toEqual({ issueTokens: true, failAuthentication: false })
})
test.each([
  ['a wrong answer', [wrong]],
  ['a second try', [wrong, correct]],
  ['two correct answers', [correct, correct]],
  ['a start with SRP_A', [srp]],
  ['SRP_A and then a correct answer', [srp, correct]],
  ['a correct answer to another challenge', [{ challengeName: 'PASSWORD_VERIFIER', challengeResult: true }]],
  ['the result "true" as a string', [{ ...correct, challengeResult: 'true' as unknown as boolean }]],
  ['an empty entry', [{}]],
  ['null instead of an entry', [null as unknown as object]],
  ['thousands of entries', Array.from({ length: 5_000 }, () => correct)],
])('ends the sign-in after %s', (_, session) => {
  expect(define({ session })).toEqual(denied)
})
test.each([[[]], [[correct]]])('ends the sign-in of a user who does not exist: %j', (session) => {
  expect(define({ session, userNotFound: true })).toEqual(denied)
})
