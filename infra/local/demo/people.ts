// The people of the demo world, made through Cognito's own admin API. Serves any deployment; doing it twice changes nothing.
// node infra/local/demo/people.ts --outputs-file F [--region us-east-1] [--endpoint URL] [--public-passwords]

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider'
import { localAccess } from '../client-access.ts'

interface Person {
  username: string
  /** Without one, the person is invited and has never signed in. */
  password?: string
  group?: string
  email?: string
  disabled?: boolean
  note: string
}

export const people: readonly Person[] = [
  { username: 'olivia', password: 'Olivia-Local-1!', group: 'impersonators', note: 'may impersonate' },
  {
    username: 'alice',
    password: 'Alice-Local-1!',
    email: 'alice@example.com',
    note: 'signs in by alice@example.com too',
  },
  { username: 'bob', password: 'Bob-Local-1!', note: 'may not impersonate' },
  { username: 'root', password: 'Root-Local-1!', group: 'admins', note: 'is protected' },
  { username: 'dora', password: 'Dora-Local-1!', disabled: true, note: 'is disabled' },
  { username: 'ivan', note: 'is invited and has never signed in' },
]

/** The API key of the first customer, on the local run only. */
export const demoApiKey = demoApiKeyOf(0)

/** The API key of the n-th customer, counted from 0. */
export function demoApiKeyOf(index: number): string {
  return `local-demo-api-key-${String(index + 1).padStart(4, '0')}`
}

/** @param groups what this deployment calls the two groups, where it has other names for them or none */
export async function makeDemoPeople(
  cognito: CognitoIdentityProviderClient,
  userPoolId: string,
  groups: Record<string, string | undefined> = {},
): Promise<void> {
  const named = people.map(({ group, ...person }) => {
    const name = group !== undefined && group in groups ? groups[group] : group
    return { ...person, ...(name !== undefined && { group: name }) }
  })
  await Promise.all(named.map((person) => makePerson(cognito, userPoolId, person)))
}

async function makePerson(cognito: CognitoIdentityProviderClient, UserPoolId: string, person: Person): Promise<void> {
  const user = { UserPoolId, Username: person.username }
  const UserAttributes = person.email
    ? [
        { Name: 'email', Value: person.email },
        { Name: 'email_verified', Value: 'true' },
      ]
    : []
  try {
    await cognito.send(new AdminCreateUserCommand({ ...user, UserAttributes, MessageAction: 'SUPPRESS' }))
  } catch (error) {
    if (!(error instanceof UsernameExistsException)) throw error
  }
  if (person.password) {
    await cognito.send(new AdminSetUserPasswordCommand({ ...user, Password: person.password, Permanent: true }))
  }
  if (person.group) await cognito.send(new AdminAddUserToGroupCommand({ ...user, GroupName: person.group }))
  if (person.disabled) await cognito.send(new AdminDisableUserCommand(user))
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      'outputs-file': { type: 'string' },
      region: { type: 'string', default: process.env.AWS_REGION ?? 'us-east-1' },
      endpoint: { type: 'string' },
      'public-passwords': { type: 'boolean', default: false },
    },
  })
  const file = values['outputs-file']
  if (!file) throw new Error('--outputs-file is missing')
  const [outputs = {}] = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>)
  const endpoint = values.endpoint ?? outputs.CognitoEndpoint
  if (!endpoint && !values['public-passwords']) {
    throw new Error('these passwords are public: to have them in a pool at AWS, say --public-passwords')
  }
  if (!outputs.UserPoolId) throw new Error(`${file} has no output UserPoolId`)
  const cognito = new CognitoIdentityProviderClient(
    endpoint ? localAccess(values.region, endpoint) : { region: values.region },
  )
  await makeDemoPeople(cognito, outputs.UserPoolId)
}
