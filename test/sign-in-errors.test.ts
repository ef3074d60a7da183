// Cognito's errors at a sign-in, on the local run: the status and the log line of each.

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { CognitoError } from '../infra/local/cognito/server.ts'
import { sharedAssembly } from './support/assembly.ts'
import { change, type Intercept, startDeployment } from './support/deployment.ts'

const assembly = await sharedAssembly()
const passOn: Intercept = (_operation, _fields, go) => go()
let intercept = passOn
let deployment: Awaited<ReturnType<typeof startDeployment>>
/** The sign-in calls that Cognito received. */
const signIns: Record<string, unknown>[] = []
beforeAll(async () => {
  deployment = await startDeployment({
    assembly,
    intercept: (operation, fields, go) => {
      if (operation === 'AdminInitiateAuth' || operation === 'AdminRespondToAuthChallenge') signIns.push({ ...fields })
      return intercept(operation, fields, go)
    },
  })
})
afterAll(() => deployment.close())
afterEach(() => {
  intercept = passOn
  signIns.length = 0
  deployment.log.length = 0
})

const refuse =
  (flow: 'CUSTOM_AUTH' | 'ADMIN_USER_PASSWORD_AUTH', name: string, message = 'not for parsing'): Intercept =>
  async (operation, fields, go) => {
    if (operation === 'AdminInitiateAuth' && 'AuthFlow' in fields && fields.AuthFlow === flow)
      throw new CognitoError(name, message)
    return go()
  }

/** The endpoint's log line of the request. */
function logged(log: unknown[]): Record<string, unknown> {
  const lines = log.map((entry) => (entry as { line?: { message?: { event?: string } } }).line?.message)
  return lines.find((line) => line?.event === 'impersonation') ?? {}
}

describe('at a subject’s sign-in', () => {
  const owner = 'PreAuthentication failed with error tenant is suspended.'
  test.each([
    ['UserLambdaValidationException', 'alice', owner, 422, 'SubjectRefused'],
    ['NotAuthorizedException', 'alice', owner, 422, 'SubjectRefused'],
    ['NotAuthorizedException', 'ivan', 'Temporary password has expired', 422, 'SubjectInvitationExpired'],
    ['NotAuthorizedException', 'dora', 'User is disabled.', 422, 'SubjectDisabled'],
    ['CodeDeliveryFailureException', 'alice', 'x', 422, 'SubjectChallenged'],
    ['InvalidParameterException', 'alice', 'Custom auth lambda trigger is not configured', 503, 'TriggersDetached'],
    ['InvalidUserPoolConfigurationException', 'alice', 'x', 503, 'TriggersDetached'],
  ])('%s for %s (%s) is %i %s', async (name, username, message, status, code) => {
    intercept = refuse('CUSTOM_AUTH', name, message)
    const answer = await deployment.impersonate(username, deployment.olivia)
    expect(answer.status).toBe(status)
    expect(await deployment.record(answer.headers.get('impersonation-id'))).toMatchObject({ state: 'refused', code })
    expect(logged(deployment.log)).toMatchObject({ outcome: code, status })
  })

  test('a wrong secret of our client is a 503, not a refusal of the subject', async () => {
    const edit = change('AWS::Lambda::Function', ({ Handler, Environment }) => {
      if (Handler === 'endpoint.handler') Environment.Variables.IMPERSONATION_CLIENT_SECRET = 'k'.repeat(51)
    })
    const broken = await startDeployment({ assembly, change: edit })
    const answer = await broken.impersonate('alice', broken.olivia)
    expect(answer.status).toBe(503)
    expect(logged(broken.log)).toMatchObject({
      outcome: 'Unavailable',
      error: { message: expect.stringMatching(/secret/) },
    })
    await broken.close()
  })
})

describe('at an actor’s sign-in by Basic', () => {
  test.each([
    ['NotAuthorizedException', 401],
    ['CodeDeliveryFailureException', 401],
    ['InvalidSmsRoleAccessPolicyException', 401],
    ['InvalidSmsRoleTrustRelationshipException', 401],
  ])('%s is %i, and the log names the error, the source and the username', async (name, status) => {
    intercept = refuse('ADMIN_USER_PASSWORD_AUTH', name)
    const answer = await deployment.impersonate('alice', deployment.basic('olivia'))
    expect(answer.status).toBe(status)
    const line = logged(deployment.log)
    expect(line).toMatchObject({ outcome: 'CredentialsInvalid', cause: name, usernameTried: 'olivia' })
    expect(line).toMatchObject({ sourceIp: '127.0.0.1', apiKeyId: expect.stringMatching(/./) })
    expect(JSON.stringify(deployment.log)).not.toContain('Local-1!')
  })

  test('an actors’ client without the flow is a 500, and the log names the cause', async () => {
    intercept = refuse('ADMIN_USER_PASSWORD_AUTH', 'InvalidParameterException', 'Auth flow not enabled for this client')
    const answer = await deployment.impersonate('alice', deployment.basic('olivia'))
    expect(answer.status).toBe(500)
    expect(logged(deployment.log)).toMatchObject({
      outcome: 'Fault',
      usernameTried: 'olivia',
      error: { cause: { name: 'InvalidParameterException' } },
    })
  })

  test('the actor’s sign-in contains the caller’s context data, and the subject’s does not', async () => {
    expect((await deployment.impersonate('alice', deployment.basic('olivia'))).status).toBe(200)
    const [actor, ...subject] = signIns
    expect(actor).toMatchObject({
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      ContextData: { IpAddress: '127.0.0.1', ServerName: expect.any(String), ServerPath: '/v1/auth/impersonate' },
    })
    const { HttpHeaders } = Object(actor?.ContextData) as { HttpHeaders: { headerName: string }[] }
    expect(HttpHeaders.map(({ headerName }) => headerName)).toEqual(['User-Agent', 'Accept-Language'])
    expect(subject).toHaveLength(2)
    for (const fields of subject) expect(fields).not.toHaveProperty('ContextData')
  })
})

test('with subjectContextData, both calls of the subject’s sign-in contain the caller’s context data', async () => {
  const edit = change('AWS::Lambda::Function', ({ Handler, Environment }) => {
    if (Handler === 'endpoint.handler') Environment.Variables.SUBJECT_CONTEXT_DATA = 'true'
  })
  const seen: object[] = []
  const watch: Intercept = (operation, fields, go) => {
    if (/Auth/.test(operation)) seen.push(fields)
    return go()
  }
  const other = await startDeployment({ assembly, change: edit, intercept: watch })
  expect((await other.impersonate('alice', other.olivia)).status).toBe(200)
  expect(seen).toMatchObject([1, 2].map(() => ({ ContextData: { IpAddress: '127.0.0.1' } })))
  expect(seen).toHaveLength(2)
  await other.close()
})
