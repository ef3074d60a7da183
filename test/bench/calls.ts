// Counts the calls to Cognito and DynamoDB of granted and refused impersonations.

import {
  AdminAddUserToGroupCommand,
  AdminRemoveUserFromGroupCommand,
  AdminResetUserPasswordCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { CognitoError } from '../../infra/local/cognito/server.ts'
import type { LocalRunOptions } from '../../infra/local/run.ts'
import { basic, type Deployment, startDeployment, watchCalls } from './deployment.ts'

export interface Called {
  status: number
  calls: Record<string, number>
}

type Intercept = NonNullable<LocalRunOptions['intercept']>

interface Case {
  name: string
  status: number
  /** The person whose ID token is sent. Ignored if `authorization` is set. */
  as?: string
  authorization?: string
  subject?: unknown
  /** Runs before the calls are counted. */
  prepare?: (deployment: Deployment) => Promise<unknown>
  intercept?: Intercept
}

const membership = ({ outputs }: Deployment) => ({
  UserPoolId: outputs.UserPoolId,
  Username: 'olivia',
  GroupName: 'impersonators',
})

const cases: Case[] = [
  { name: 'issued, by ID token', status: 200 },
  { name: 'issued, by Basic', status: 200, authorization: basic('olivia') },
  { name: 'no credentials', status: 401, authorization: '' },
  { name: 'an access token', status: 401, as: 'olivia (access)' },
  { name: 'wrong password', status: 401, authorization: basic('olivia', 'Wrong-1!') },
  { name: 'bad username', status: 400, subject: 'al ice' },
  { name: 'actor may not', status: 403, as: 'bob' },
  { name: 'actor is impersonated', status: 403, as: 'alice (impersonated)' },
  {
    name: 'right withdrawn',
    status: 403,
    prepare: (deployment) => deployment.cognito.send(new AdminRemoveUserFromGroupCommand(membership(deployment))),
  },
  {
    name: 'subject protected',
    status: 403,
    subject: 'root',
    prepare: (deployment) => deployment.cognito.send(new AdminAddUserToGroupCommand(membership(deployment))),
  },
  { name: 'subject is the actor', status: 403, subject: 'olivia' },
  { name: 'subject unknown', status: 422, subject: 'nobody' },
  { name: 'subject disabled', status: 422, subject: 'dora' },
  {
    name: 'subject federated',
    status: 422,
    subject: 'google_1',
    prepare: async ({ run, outputs }) =>
      run.cognito.addFederatedUser({ userPoolId: outputs.UserPoolId, provider: 'google', userId: '1' }),
  },
  {
    name: 'throttled by Cognito',
    status: 429,
    intercept: async (operation, _fields, go) => {
      if (operation === 'AdminInitiateAuth') throw new CognitoError('TooManyRequestsException', 'Too many requests')
      return go()
    },
  },
  {
    name: 'tokens unfit',
    status: 500,
    intercept: async (operation, _fields, go) => {
      const answer = (await go()) as { AuthenticationResult?: { AccessToken: string } }
      if (operation !== 'AdminRespondToAuthChallenge' || !answer.AuthenticationResult) return answer
      return { ...answer, AuthenticationResult: { ...answer.AuthenticationResult, AccessToken: 'unfit' } }
    },
  },
  {
    name: 'subject must reset',
    status: 422,
    prepare: ({ cognito, outputs }) =>
      cognito.send(new AdminResetUserPasswordCommand({ UserPoolId: outputs.UserPoolId, Username: 'alice' })),
  },
]

/** @param assembly path of the cloud assembly to run. */
export async function countCalls(assembly: string): Promise<Record<string, Called>> {
  let intercept: Intercept | undefined
  const deployment = await startDeployment({ assembly, intercept: (...call) => (intercept ?? passOn)(...call) })
  const watcher = watchCalls()
  try {
    const [olivia, bob] = [await deployment.signIn('olivia'), await deployment.signIn('bob')]
    const tokens: Record<string, string> = {
      olivia: olivia.IdToken,
      'olivia (access)': olivia.AccessToken,
      bob: bob.IdToken,
    }
    const session = (await deployment.impersonate(olivia.IdToken, { username: 'alice' })).body.session
    tokens['alice (impersonated)'] = (session as { authorization: string }).authorization
    const counted: Record<string, Called> = {}
    for (const { name, status, as = 'olivia', subject = 'alice', ...rest } of cases) {
      await rest.prepare?.(deployment)
      intercept = rest.intercept
      watcher.take()
      const answer = await deployment.impersonate(rest.authorization ?? tokens[as] ?? '', { username: subject })
      if (answer.status !== status) throw new Error(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`)
      counted[name] = { status, calls: watcher.take() }
    }
    intercept = undefined
    await deployment.signIn('bob')
    const { AdminInitiateAuth: _theirOwn, ...calls } = watcher.take()
    counted['ordinary sign-in'] = { status: 200, calls }
    return counted
  } finally {
    watcher.stop()
    await deployment.close()
  }
}

const passOn: Intercept = (_operation, _fields, go) => go()
