// The demo people, and the API keys of the local run. All of them are public.

import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider'
import type { ApiKeyIds } from '../lambda/function-settings.ts'
import type { Person } from '../people/person.ts'

/** Their groups have the default names. `customers` exists only with the setting `mayActAs`, `vips` with `approvalGroups`. */
export const people: readonly Person[] = [
  { username: 'olivia', password: 'Olivia-Local-1!', groups: ['impersonators'], note: 'may impersonate' },
  {
    username: 'alice',
    password: 'Alice-Local-1!',
    attributes: { email: 'alice@example.com', email_verified: 'true' },
    groups: ['customers'],
    note: 'can also sign in as alice@example.com',
  },
  {
    username: 'audrey',
    password: 'Audrey-Local-1!',
    groups: ['impersonation-auditors'],
    note: 'sees and ends every impersonation',
  },
  {
    username: 'victor',
    password: 'Victor-Local-1!',
    attributes: { email: 'victor@example.com', email_verified: 'true' },
    groups: ['vips'],
    note: 'acting as victor needs the approval of another person',
  },
  { username: 'bob', password: 'Bob-Local-1!', note: 'may not impersonate' },
  { username: 'root', password: 'Root-Local-1!', groups: ['admins'], note: 'is protected: nobody may act as root' },
  { username: 'dora', password: 'Dora-Local-1!', enabled: false, note: 'is disabled' },
  { username: 'ivan', status: 'FORCE_CHANGE_PASSWORD', note: 'is invited and has never signed in' },
]

/** The key of the first customer. */
export const demoApiKey = demoKey('api', 0)

/** The key of the first resource server. */
export const demoResourceKey = demoKey('resource', 0)

/** @returns the values of the keys, by id. They count in the order of the settings. */
export function demoKeyValues({ customers, resourceServers }: ApiKeyIds): Map<string, string> {
  return new Map([
    ...customers.map((id, index) => [id, demoKey('api', index)] as const),
    ...resourceServers.map((id, index) => [id, demoKey('resource', index)] as const),
  ])
}

function demoKey(kind: 'api' | 'resource', index: number): string {
  return `local-demo-${kind}-key-${String(index + 1).padStart(4, '0')}`
}

/** The names that a deployment has for the demo groups. Undefined: it has no such group. */
export interface DemoGroups {
  impersonators?: string | undefined
  'impersonation-auditors'?: string | undefined
  admins?: string | undefined
  /** With `approvalGroups`: the first of them. */
  vips?: string | undefined
  /** With `mayActAs`: a group of subjects whom the impersonators may act as. */
  customers?: string | undefined
}

/** The demo people with the groups of a deployment. @param names missing key: the default name */
export function demoPeople(names: DemoGroups = {}): Person[] {
  const defaults: DemoGroups = {
    impersonators: 'impersonators',
    'impersonation-auditors': 'impersonation-auditors',
    admins: 'admins',
  }
  const renamed = Object.entries({ ...defaults, ...names })
  return people.map(({ groups = [], ...person }) => ({
    ...person,
    groups: renamed.flatMap(([group, name]) => (groups.includes(group) && name !== undefined ? [name] : [])),
  }))
}

/** Creates the demo people in a user pool, local or at AWS, through its API. A second call changes nothing. */
export async function makeDemoPeople(
  cognito: CognitoIdentityProviderClient,
  userPoolId: string,
  groupNames: DemoGroups = {},
): Promise<void> {
  await Promise.all(demoPeople(groupNames).map((person) => makePerson(cognito, userPoolId, person)))
}

async function makePerson(cognito: CognitoIdentityProviderClient, UserPoolId: string, person: Person): Promise<void> {
  const { username: Username, password: Password, attributes = {}, groups = [], enabled = true } = person
  const user = { UserPoolId, Username }
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))
  try {
    await cognito.send(new AdminCreateUserCommand({ ...user, UserAttributes, MessageAction: 'SUPPRESS' }))
  } catch (error) {
    if (!(error instanceof UsernameExistsException)) throw error
  }
  if (Password) await cognito.send(new AdminSetUserPasswordCommand({ ...user, Password, Permanent: true }))
  for (const GroupName of groups) await cognito.send(new AdminAddUserToGroupCommand({ ...user, GroupName }))
  if (!enabled) await cognito.send(new AdminDisableUserCommand(user))
}
