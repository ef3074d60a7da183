// What is asked of Cognito and DynamoDB, counted on the local run: no more than the guarantees need.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { synthesizeInto } from '../../infra/local/cloudformation/assembly.ts'
import { type Called, countCalls } from './calls.ts'

const assembly = mkdtempSync(join(tmpdir(), 'calls-'))
let counted: Record<string, Called>
beforeAll(async () => {
  await synthesizeInto(assembly)
  counted = await countCalls(assembly)
})
afterAll(() => rmSync(assembly, { recursive: true }))

const beside = { AdminListGroupsForUser: 1, AdminGetUser: 1, PutItem: 1 }

test('an impersonation is two calls of Cognito, with two and a record beside the first, and two writes of the triggers', () => {
  const calls = { ...beside, AdminInitiateAuth: 1, AdminRespondToAuthChallenge: 1, UpdateItem: 2 }
  expect(counted['issued, by ID token']?.calls).toEqual(calls)
  expect(counted['issued, by Basic']?.calls).toEqual({ ...calls, AdminInitiateAuth: 2 })
})

test('an ordinary sign-in is none', () => {
  expect(counted['ordinary sign-in']?.calls).toEqual({})
})

test.each(['no credentials', 'an access token', 'bad username', 'actor may not', 'actor is impersonated'])(
  'refused without a call: %s',
  (name) => {
    expect(counted[name]?.calls).toEqual({})
  },
)

test('a wrong password is one call', () => {
  expect(counted['wrong password']?.calls).toEqual({ AdminInitiateAuth: 1 })
})

test.each(['right withdrawn', 'subject unknown', 'subject must reset'])('refused at the first step: %s', (name) => {
  expect(counted[name]?.calls).toEqual({ ...beside, AdminInitiateAuth: 1, UpdateItem: 1 })
})
