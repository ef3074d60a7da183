import { expect, test } from '@jest/globals'
import { defineAuthChallenge } from '../../../lambda/triggers/define-auth-challenge.ts'
import type { TriggerEvent } from '../../../lambda/triggers/event.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const right = { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true }
const wrong = { ...right, challengeResult: false }
const srp = { challengeName: 'SRP_A', challengeResult: true }
const define = (request: TriggerEvent['request']) =>
  defineAuthChallenge(triggerEvent('DefineAuthChallenge_Authentication', request))

const denied = { issueTokens: false, failAuthentication: true }

test.each([[[]], [null], [undefined]])('begins with one custom challenge: %j', (session) => {
  expect(define(session === undefined ? {} : { session })).toEqual({
    challengeName: 'CUSTOM_CHALLENGE',
    issueTokens: false,
    failAuthentication: false,
  })
})
test('issues tokens after exactly one right answer', () => {
  expect(define({ session: [right] })).toEqual({ issueTokens: true, failAuthentication: false })
})
test.each([
  ['a wrong answer', [wrong]],
  ['a second try', [wrong, right]],
  ['two right answers', [right, right]],
  ['a start by SRP_A', [srp]],
  ['SRP_A and then a right answer', [srp, right]],
  ['another challenge passed', [{ challengeName: 'PASSWORD_VERIFIER', challengeResult: true }]],
  ['a result that only looks true', [{ ...right, challengeResult: 'true' as unknown as boolean }]],
  ['an entry without content', [{}]],
  ['no entry where one should be', [null as unknown as object]],
  ['thousands of entries', Array.from({ length: 5_000 }, () => right)],
])('ends the sign-in on %s', (_, session) => {
  expect(define({ session })).toEqual(denied)
})
test.each([[[]], [[right]]])('ends the sign-in of a user who does not exist: %j', (session) => {
  expect(define({ session, userNotFound: true })).toEqual(denied)
})
