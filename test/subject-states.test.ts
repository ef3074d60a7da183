// States of a subject that no demo person has, on the local run.

import {
  AdminDeleteUserCommand,
  AdminResetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { sharedAssembly } from './support/assembly.ts'
import { change, type Intercept, startDeployment } from './support/deployment.ts'

const passOn: Intercept = (_operation, _fields, go) => go()
let intercept = passOn
let deployment: Awaited<ReturnType<typeof startDeployment>>
beforeAll(async () => {
  deployment = await startDeployment({
    assembly: await sharedAssembly(),
    // Anybody may sign up.
    change: change('AWS::Cognito::UserPool', ({ AdminCreateUserConfig }) => {
      AdminCreateUserConfig.AllowAdminCreateUserOnly = false
    }),
    intercept: (...call) => intercept(...call),
  })
})
afterAll(() => deployment?.close())
afterEach(() => {
  intercept = passOn
})

async function expectRefused(username: string, code: string) {
  const answer = await deployment.impersonate(username, deployment.olivia)
  expect(answer.status).toBe(422)
  expect(await deployment.record(answer.headers.get('impersonation-id'))).toMatchObject({ state: 'refused', code })
}

test('refuses a subject who signed up and is not confirmed', async () => {
  const signUp = { ClientId: deployment.outputs.ActorClientId, Username: 'una', Password: 'Una-Local-123!' }
  await deployment.cognito.send(new SignUpCommand(signUp))
  await expectRefused('una', 'SubjectUnconfirmed')
})

test('refuses a subject who must reset the password, was deleted, or is federated', async () => {
  const { UserPoolId } = deployment.outputs
  const verified = [
    { Name: 'email', Value: 'bob@example.com' },
    { Name: 'email_verified', Value: 'true' },
  ]
  await deployment.cognito.send(
    new AdminUpdateUserAttributesCommand({ UserPoolId, Username: 'bob', UserAttributes: verified }),
  )
  await deployment.cognito.send(new AdminResetUserPasswordCommand({ UserPoolId, Username: 'bob' }))
  await expectRefused('bob', 'SubjectMustResetPassword')
  await deployment.cognito.send(new AdminDeleteUserCommand({ UserPoolId, Username: 'bob' }))
  await expectRefused('bob', 'SubjectNotFound')
  await expectRefused(
    deployment.run.cognito.addFederatedUser({ userPoolId: UserPoolId, provider: 'Okta', userId: '4711' }),
    'SubjectFederated',
  )
})

test.each(['AdminInitiateAuth', 'AdminRespondToAuthChallenge'])(
  'refuses a subject who must pass MFA, requested by %s',
  async (asked) => {
    const mfa = { ChallengeName: 'SOFTWARE_TOKEN_MFA', Session: 'session', ChallengeParameters: {} }
    intercept = async (operation, _fields, go) => (operation === asked ? mfa : go())
    await expectRefused('alice', 'SubjectChallenged')
  },
)

test('impersonates although the pool requires MFA, and refuses if Cognito asks for it after all', async () => {
  const pool = deployment.run.cognito.pools.get(deployment.outputs.UserPoolId)
  if (!pool) throw new Error('no pool')
  try {
    pool.properties.MfaConfiguration = 'ON'
    expect(await deployment.impersonate('alice', deployment.olivia)).toMatchObject({ status: 200 })
    pool.enforcedInCustomAuth.add('MFA')
    await expectRefused('alice', 'SubjectChallenged')
  } finally {
    pool.properties.MfaConfiguration = 'OFF'
    pool.enforcedInCustomAuth.clear()
  }
})
