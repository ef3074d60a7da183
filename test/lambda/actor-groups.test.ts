import { describe, expect, test } from '@jest/globals'
import { actorGroups, allowedBy } from '../../lambda/actor-groups.ts'

const mayActAs = {
  impersonators: ['*'],
  'support-emea': ['customers-emea', 'customers-africa'],
  'support-us': ['customers-us'],
  leads: ['customers-us', '*'],
}
const settings = { impersonatorsGroup: 'impersonators', mayActAs }
const without = { impersonatorsGroup: 'impersonators', mayActAs: 'none' } as const

test('the actors’ groups are the keys of mayActAs, or impersonatorsGroup', () => {
  expect(actorGroups(settings)).toEqual(['impersonators', 'support-emea', 'support-us', 'leads'])
  expect(actorGroups(without)).toEqual(['impersonators'])
})

describe('with mayActAs, a member may act as', () => {
  test.each<[string, string[], ReturnType<typeof allowedBy>]>([
    ['nobody, without an actors’ group', ['staff'], undefined],
    ['nobody, without any group', [], undefined],
    ['nobody, by the name of a group of subjects', ['customers-emea'], undefined],
    ['nobody, by a group that is literally *', ['*'], undefined],
    ['nobody, by a group with the name of a property of every object', ['constructor', '__proto__'], undefined],
    ['nobody, by other capitals', ['Support-EMEA'], undefined],
    [
      'the groups of their group',
      ['support-emea'],
      { everyone: false, groups: ['customers-emea', 'customers-africa'] },
    ],
    [
      'the groups of both, in two groups',
      ['support-us', 'staff', 'support-emea'],
      { everyone: false, groups: ['customers-emea', 'customers-africa', 'customers-us'] },
    ],
    ['everyone, by *', ['impersonators'], { everyone: true, groups: [] }],
    ['everyone, by * among names', ['leads'], { everyone: true, groups: ['customers-us'] }],
    [
      'everyone, if one of two groups has *',
      ['support-us', 'impersonators'],
      { everyone: true, groups: ['customers-us'] },
    ],
  ])('%s', (_, groups, allowed) => {
    expect(allowedBy(settings, groups)).toEqual(allowed)
  })
})

describe('without mayActAs, a member may act as', () => {
  test('everyone, in impersonatorsGroup', () => {
    expect(allowedBy(without, ['staff', 'impersonators'])).toEqual({ everyone: true, groups: [] })
  })
  test('nobody, in another group', () => {
    expect(allowedBy(without, ['staff', 'support-emea'])).toBeUndefined()
  })
})
