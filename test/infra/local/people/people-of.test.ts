// The demo people of a deployment, and who of them can try it out.

import { describe, expect, test } from '@jest/globals'
import { othersGroups } from '../../../../infra/local/lambda/function-settings.ts'
import { findActor, findSubject, peopleOf } from '../../../../infra/local/people/people-of.ts'
import type { Person } from '../../../../infra/local/people/person.ts'

const settings = {
  impersonatorsGroup: 'impersonators',
  auditorsGroup: 'impersonation-auditors',
  approversGroup: 'impersonation-auditors',
  approvalGroups: [] as string[],
  protectedGroups: ['impersonators', 'impersonation-auditors', 'admins'],
  mayActAs: 'none' as const,
  basic: true,
  actorAcr: [],
  actorClientIds: [],
  subjectClientIds: [],
  reasonPattern: 'none' as const,
}
const mayActAs = { 'support-us': ['customers-us'], 'support-emea': ['customers-emea', 'customers-africa'] }
const withMayActAs = {
  ...settings,
  mayActAs,
  impersonatorsGroup: 'support-emea',
  protectedGroups: ['support-us', 'support-emea', 'impersonation-auditors', 'board'],
}

const groupsOf = (people: readonly Person[]) =>
  Object.fromEntries(people.map(({ username, groups }) => [username, groups]))

describe('the demo people', () => {
  test('have the default groups', () => {
    expect(groupsOf(peopleOf('demo', settings))).toMatchObject({
      olivia: ['impersonators'],
      alice: [],
      victor: [],
      root: ['admins'],
    })
  })
  test('with approvalGroups: victor needs approval, and root is no approver', () => {
    const approvals = {
      ...settings,
      approvalGroups: ['gold', 'vips'],
      approversGroup: 'leads',
      protectedGroups: ['impersonators', 'impersonation-auditors', 'leads', 'admins'],
    }
    const people = peopleOf('demo', approvals)
    expect(groupsOf(people)).toMatchObject({ victor: ['gold'], alice: [], root: ['admins'] })
    const victorFirst = [...people].sort((a, b) => Number(b.username === 'victor') - Number(a.username === 'victor'))
    expect(findSubject(victorFirst, approvals)?.username).not.toBe('victor')
  })
  test('with mayActAs: olivia is an actor, alice is in a group that she may act as, and bob is in none', () => {
    const people = peopleOf('demo', withMayActAs)
    expect(groupsOf(people)).toMatchObject({
      olivia: ['support-emea'],
      alice: ['customers-emea'],
      bob: [],
      root: ['board'],
    })
    expect(findActor(people, withMayActAs)?.username).toBe('olivia')
    expect(findSubject(people, withMayActAs)?.username).toBe('alice')
  })
  test('with mayActAs of everyone: alice is in no group', () => {
    const everyone = { ...settings, mayActAs: { impersonators: ['*'] } }
    expect(groupsOf(peopleOf('demo', everyone))).toMatchObject({ alice: [] })
    expect(findSubject(peopleOf('demo', everyone), everyone)?.username).toBe('alice')
  })
})

describe('with people of one’s own and mayActAs', () => {
  const people: Person[] = [
    { username: 'una', groups: ['customers-us'] },
    { username: 'emma', groups: ['customers-emea'] },
    { username: 'no-password', groups: ['support-emea'] },
    { username: 'sue', password: 'Sue-Local-1234!', groups: ['support-emea'] },
  ]
  test('the actor is in any actors’ group, and the subject is whom that actor may act as', () => {
    expect(findActor(people, withMayActAs)?.username).toBe('sue')
    expect(findSubject(people, withMayActAs)?.username).toBe('emma')
  })
  test('nobody is the subject if the actor may act as none of them', () => {
    expect(findSubject([people[0] as Person, people[3] as Person], withMayActAs)).toBeUndefined()
  })
})

test('an existing pool has the groups that the stack requires', () => {
  expect(othersGroups(settings)).toEqual(['admins'])
  expect(othersGroups(withMayActAs)).toEqual([
    'support-us',
    'board',
    'customers-us',
    'customers-emea',
    'customers-africa',
  ])
  expect(othersGroups({ ...withMayActAs, protectedGroups: [] })).toContain('support-us')
  const approvals = { approversGroup: 'leads', approvalGroups: ['vips'], protectedGroups: ['leads', 'admins'] }
  expect(othersGroups({ ...settings, ...approvals })).toEqual(['admins', 'vips'])
})
