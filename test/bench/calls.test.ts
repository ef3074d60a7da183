// Number of calls to Cognito and DynamoDB, counted on the local run.

import { beforeAll, expect, test } from '@jest/globals'
import { sharedAssembly } from '../support/assembly.ts'
import { type Called, countCalls } from './calls.ts'

let counted: Record<string, Called>
beforeAll(async () => {
  counted = await countCalls(await sharedAssembly())
})

const sideBySide = { AdminListGroupsForUser: 1, AdminGetUser: 1, PutItem: 1 }

test('an impersonation makes four calls to Cognito, five with Basic, and three writes', () => {
  const calls = { ...sideBySide, AdminInitiateAuth: 1, AdminRespondToAuthChallenge: 1, UpdateItem: 2 }
  expect(counted['issued, by ID token']?.calls).toEqual(calls)
  expect(counted['issued, by Basic']?.calls).toEqual({ ...calls, AdminInitiateAuth: 2 })
})

test('an ordinary sign-in makes no call', () => {
  expect(counted['ordinary sign-in']?.calls).toEqual({})
})

test.each(['no credentials', 'an access token', 'bad username', 'actor may not', 'actor is impersonated'])(
  'a refusal makes no call: %s',
  (name) => {
    expect(counted[name]?.calls).toEqual({})
  },
)

test('a wrong password makes one call', () => {
  expect(counted['wrong password']?.calls).toEqual({ AdminInitiateAuth: 1 })
})

test.each(['right withdrawn', 'subject unknown', 'subject must reset'])(
  'a refusal after the first step makes three calls to Cognito and two writes: %s',
  (name) => {
    expect(counted[name]?.calls).toEqual({ ...sideBySide, AdminInitiateAuth: 1, UpdateItem: 1 })
  },
)
