// The states of a subject that the demo people do not have, through the local run.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AdminDeleteUserCommand,
  AdminResetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { synthesizeInto } from '../infra/local/cloudformation/assembly.ts'
import type { LocalRunOptions } from '../infra/local/run.ts'
import { change, startDeployment } from './support/deployment.ts'

const assembly = mkdtempSync(join(tmpdir(), 'subject-states-'))
beforeAll(() => synthesizeInto(assembly))
afterAll(() => rmSync(assembly, { recursive: true, force: true }))

type Deployment = Awaited<ReturnType<typeof startDeployment>>
let deployment: Deployment | undefined
afterEach(() => deployment?.close())

async function start(options: LocalRunOptions = {}) {
  deployment = await startDeployment({ assembly, ...options })
  return deployment
}

async function expectRefused(d: Deployment, username: string, code: string) {
  const answer = await d.impersonate(username, d.olivia)
  expect(answer.status).toBe(422)
  expect(await d.record(answer.headers.get('impersonation-id'))).toMatchObject({ state: 'refused', code })
}

test('unconfirmed: signed up, and no more', async () => {
  const openSignUp = change('AWS::Cognito::UserPool', ({ AdminCreateUserConfig }) => {
    AdminCreateUserConfig.AllowAdminCreateUserOnly = false
  })
  const d = await start({ change: openSignUp })
  const signUp = { ClientId: d.outputs.ActorClientId, Username: 'una', Password: 'Una-Local-123!' }
  await d.cognito.send(new SignUpCommand(signUp))
  await expectRefused(d, 'una', 'SubjectUnconfirmed')
})

test('must reset the password, was deleted, or comes from an identity provider', async () => {
  const d = await start()
  const { UserPoolId } = d.outputs
  const verified = [
    { Name: 'email', Value: 'bob@example.com' },
    { Name: 'email_verified', Value: 'true' },
  ]
  await d.cognito.send(new AdminUpdateUserAttributesCommand({ UserPoolId, Username: 'bob', UserAttributes: verified }))
  await d.cognito.send(new AdminResetUserPasswordCommand({ UserPoolId, Username: 'bob' }))
  await expectRefused(d, 'bob', 'SubjectMustResetPassword')
  await d.cognito.send(new AdminDeleteUserCommand({ UserPoolId, Username: 'bob' }))
  await expectRefused(d, 'bob', 'SubjectNotFound')
  await expectRefused(
    d,
    d.run.cognito.addFederatedUser({ userPoolId: UserPoolId, provider: 'Okta', userId: '4711' }),
    'SubjectFederated',
  )
})

test.each(['AdminInitiateAuth', 'AdminRespondToAuthChallenge'])(
  'must pass MFA, asked for in the answer to %s',
  async (asked) => {
    const mfa = { ChallengeName: 'SOFTWARE_TOKEN_MFA', Session: 'session', ChallengeParameters: {} }
    const d = await start({ intercept: async (operation, _fields, go) => (operation === asked ? mfa : go()) })
    await expectRefused(d, 'alice', 'SubjectChallenged')
  },
)
