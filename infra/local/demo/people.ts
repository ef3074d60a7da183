// The demo people and their API keys. Their passwords are public.

import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider'

interface Person {
  username: string
  /** Undefined for a person who was invited and has never signed in. */
  password?: string
  /** The group's default name. */
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
    note: 'can also sign in as alice@example.com',
  },
  { username: 'bob', password: 'Bob-Local-1!', note: 'may not impersonate' },
  { username: 'root', password: 'Root-Local-1!', group: 'admins', note: 'is protected: nobody may act as root' },
  { username: 'dora', password: 'Dora-Local-1!', disabled: true, note: 'is disabled' },
  { username: 'ivan', note: 'is invited and has never signed in' },
]

/** The API key of the first customer. For the local run only. */
export const demoApiKey = demoApiKeyOf(0)

/** @param index the position of the customer in the setting `customers`, from 0 */
export function demoApiKeyOf(index: number): string {
  return `local-demo-api-key-${String(index + 1).padStart(4, '0')}`
}

/**
 * Creates the demo people in a user pool. A second call changes nothing.
 * @param groupNames the deployment's name of each demo group. Missing key: the default name. undefined: no such group
 */
export async function makeDemoPeople(
  cognito: CognitoIdentityProviderClient,
  userPoolId: string,
  groupNames: Record<string, string | undefined> = {},
): Promise<void> {
  await Promise.all(
    people.map(({ group, ...person }) => {
      const groupName = group !== undefined && group in groupNames ? groupNames[group] : group
      return makePerson(cognito, userPoolId, { ...person, ...(groupName !== undefined && { group: groupName }) })
    }),
  )
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
