import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Keys } from '../../../../infra/local/cognito/keys.ts'
import { makePool } from '../../../../infra/local/cognito/make-pool.ts'
import { assertPassword } from '../../../../infra/local/cognito/passwords.ts'
import type { Pool } from '../../../../infra/local/cognito/pool.ts'
import { userOf } from '../../../../infra/local/cognito/users.ts'
import { addPeople } from '../../../../infra/local/people/add-people.ts'
import { type Person, statuses } from '../../../../infra/local/people/person.ts'

const place = { id: 'us-east-1_people000', region: 'us-east-1', account: '000000000000' }
const password = 'Alice-Local-1!'
let pool: Pool
let reports: string[]
beforeEach(() => {
  const properties = { AliasAttributes: ['email'], UsernameConfiguration: { CaseSensitive: false } }
  const definition = { ...place, arn: 'arn:pool', properties, clients: [], groups: [{ GroupName: 'admins' }] }
  pool = makePool(definition, {} as Keys, 1)
  reports = []
})
const add = (...people: Person[]) => addPeople(pool, people, { now: 2, report: (message) => reports.push(message) })

describe('addPeople', () => {
  test('adds a confirmed and enabled person without a password by default', () => {
    add({ username: 'alice' })
    expect(userOf(pool, 'alice')).toMatchObject({
      status: 'CONFIRMED',
      enabled: true,
      password: undefined,
      createdAt: 2,
    })
    expect(reports).toEqual([])
  })

  test('sets password, attributes, groups and state', () => {
    const attributes = { email: 'alice@example.com', email_verified: 'true' }
    add({ username: 'alice', password, attributes, groups: ['admins'], enabled: false })
    const user = userOf(pool, 'alice@example.com')
    expect(user).toMatchObject({ username: 'alice', status: 'CONFIRMED', enabled: false })
    expect([...user.groups]).toEqual(['admins'])
    expect(Object.fromEntries(user.attributes)).toEqual(attributes)
    expect(() => assertPassword(pool, user, password)).not.toThrow()
  })

  test.each(statuses)('sets the status %s', (status) => {
    const username = status === 'EXTERNAL_PROVIDER' ? 'Okta_1' : 'alice'
    add({ username, status, ...(status !== 'EXTERNAL_PROVIDER' && { password }) })
    const { passwordEndsAt, ...user } = userOf(pool, username)
    expect(user.status).toBe(status)
    expect(passwordEndsAt !== undefined).toBe(status === 'FORCE_CHANGE_PASSWORD')
  })

  test('makes and reports the groups that the pool lacks', () => {
    add({ username: 'alice', groups: ['gold'] }, { username: 'bob', groups: ['gold'] })
    expect([...pool.groups.keys()]).toEqual(['admins', 'gold'])
    expect(reports).toEqual(['made the group gold, which the stack lacks'])
  })

  test.each<[string, Person[], string]>([
    [
      'an attribute that Cognito does not have',
      [{ username: 'a', attributes: { emial: 'x' } }],
      'person 1 ("a"): Attri',
    ],
    [
      'a custom attribute that the pool lacks',
      [{ username: 'a', attributes: { 'custom:x': 'y' } }],
      'person 1 ("a"): Attri',
    ],
    ['a chosen sub', [{ username: 'a', attributes: { sub: 'x' } }], 'person 1 ("a"): Attributes did not conform'],
    ['a weak password', [{ username: 'a', password: 'weak' }], 'person 1 ("a"): Password did not conform with policy'],
    [
      'a username of another case',
      [{ username: 'a' }, { username: 'A' }],
      'person 2 ("A"): User account already exists',
    ],
    [
      'a verified address that an earlier person has',
      ['a', 'b'].map((username) => ({ username, attributes: { email: 'x@example.com', email_verified: 'true' } })),
      'person 2 ("b"): An account with the email already exists.',
    ],
  ])('refuses %s, naming the person', (_name, people, message) => {
    expect(() => add(...people)).toThrow(message)
  })
})
