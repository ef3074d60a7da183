// States of a subject that no demo person has, on the local run.

import {
  AdminDeleteUserCommand,
  AdminResetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterEach, expect, test } from '@jest/globals'
import type { LocalRunOptions } from '../infra/local/run.ts'
import { sharedAssembly } from './support/assembly.ts'
import { change, startDeployment } from './support/deployment.ts'

const assembly = await sharedAssembly()

type Deployment = Awaited<ReturnType<typeof startDeployment>>
let current: Deployment | undefined
afterEach(() => current?.close())

async function start(options: LocalRunOptions = {}) {
  current = await startDeployment({ assembly, ...options })
  return current
}

async function expectRefused(deployment: Deployment, username: string, code: string) {
  const answer = await deployment.impersonate(username, deployment.olivia)
  expect(answer.status).toBe(422)
  expect(await deployment.record(answer.headers.get('impersonation-id'))).toMatchObject({ state: 'refused', code })
}

test('refuses a subject who signed up and is not confirmed', async () => {
  const openSignUp = change('AWS::Cognito::UserPool', ({ AdminCreateUserConfig }) => {
    AdminCreateUserConfig.AllowAdminCreateUserOnly = false
  })
  const deployment = await start({ change: openSignUp })
  const signUp = { ClientId: deployment.outputs.ActorClientId, Username: 'una', Password: 'Una-Local-123!' }
  await deployment.cognito.send(new SignUpCommand(signUp))
  await expectRefused(deployment, 'una', 'SubjectUnconfirmed')
})

test('refuses a subject who must reset the password, was deleted, or is federated', async () => {
  const deployment = await start()
  const { UserPoolId } = deployment.outputs
  const verified = [
    { Name: 'email', Value: 'bob@example.com' },
    { Name: 'email_verified', Value: 'true' },
  ]
  await deployment.cognito.send(
    new AdminUpdateUserAttributesCommand({ UserPoolId, Username: 'bob', UserAttributes: verified }),
  )
  await deployment.cognito.send(new AdminResetUserPasswordCommand({ UserPoolId, Username: 'bob' }))
  await expectRefused(deployment, 'bob', 'SubjectMustResetPassword')
  await deployment.cognito.send(new AdminDeleteUserCommand({ UserPoolId, Username: 'bob' }))
  await expectRefused(deployment, 'bob', 'SubjectNotFound')
  await expectRefused(
    deployment,
    deployment.run.cognito.addFederatedUser({ userPoolId: UserPoolId, provider: 'Okta', userId: '4711' }),
    'SubjectFederated',
  )
})

test.each(['AdminInitiateAuth', 'AdminRespondToAuthChallenge'])(
  'refuses a subject who must pass MFA, requested by %s',
  async (asked) => {
    const mfa = { ChallengeName: 'SOFTWARE_TOKEN_MFA', Session: 'session', ChallengeParameters: {} }
    const deployment = await start({ intercept: async (operation, _fields, go) => (operation === asked ? mfa : go()) })
    await expectRefused(deployment, 'alice', 'SubjectChallenged')
  },
)

test('impersonates although the pool requires MFA, and refuses if Cognito asks for it after all', async () => {
  const deployment = await start()
  const pool = deployment.run.cognito.pools.get(deployment.outputs.UserPoolId)
  if (!pool) throw new Error('no pool')
  pool.properties.MfaConfiguration = 'ON'
  expect(await deployment.impersonate('alice', deployment.olivia)).toMatchObject({ status: 200 })
  pool.enforcedInCustomAuth.add('MFA')
  await expectRefused(deployment, 'alice', 'SubjectChallenged')
})
