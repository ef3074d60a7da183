// Which settings of two pool descriptions count as different.

import { describe, expect, test } from '@jest/globals'
import { differences, type PoolSettings } from '../../../lambda/existing-pool/pool-settings.ts'

describe('settings are equal', () => {
  test.each<[string, PoolSettings, PoolSettings]>([
    ['in another order', { A: { x: 1, y: 2 }, B: 3 }, { B: 3, A: { y: 2, x: 1 } }],
    ['with lists in another order', { A: ['x', 'y'] }, { A: ['y', 'x'] }],
    ['with lists of objects in another order', { A: [{ x: 1 }, { y: 2, z: 3 }] }, { A: [{ z: 3, y: 2 }, { x: 1 }] }],
    ['with empty values instead of missing ones', { A: {}, B: [], C: null, D: { x: {} } }, {}],
    ['with a missing value instead of null in a list', { A: [{ x: 1, y: null }] }, { A: [{ x: 1 }] }],
    ['with missing values instead of empty ones in a list', { A: [{ x: 1, y: [], z: {} }] }, { A: [{ x: 1 }] }],
    ['except volatile ones', { LastModifiedDate: 1, Status: 'x' }, { EstimatedNumberOfUsers: 1 }],
    ['except the old name of a period', { AdminCreateUserConfig: { UnusedAccountValidityDays: 1 } }, {}],
  ])('%s', (_, one, other) => {
    expect(differences(one, other)).toEqual([])
    expect(differences(other, one)).toEqual([])
  })
})

describe('settings differ', () => {
  test.each<[string, PoolSettings, PoolSettings, string[]]>([
    ['in a value', { A: 1, B: 2 }, { A: 1, B: 3 }, ['B']],
    ['in the type of a value', { A: 1 }, { A: '1' }, ['A']],
    ['in a nested value', { A: { x: { y: 1, z: 2 } } }, { A: { x: { y: 3, z: 2 } } }, ['A.x.y']],
    ['in a missing value', { A: { x: 1 } }, {}, ['A.x']],
    ['in a missing nested value', { A: { x: 1, y: 2 } }, { A: { x: 1 } }, ['A.y']],
    ['in false instead of missing', { A: false }, {}, ['A']],
    ['in the length of a list', { A: ['x', 'y'] }, { A: ['x'] }, ['A']],
    ['in a list of objects', { A: [{ x: 1 }] }, { A: [{ x: 2 }] }, ['A']],
    ['in a name within a list of objects', { A: [{ x: 1 }] }, { A: [{ y: 1 }] }, ['A']],
    ['in a list instead of an object', { A: ['x'] }, { A: { 0: 'x' } }, ['A']],
    ['in several places', { A: 1, B: { x: 1 } }, { A: 2, B: { x: 2 } }, ['A', 'B.x']],
    ['in a nested setting named like a volatile one', { A: { Status: 1 } }, { A: { Status: 2 } }, ['A.Status']],
  ])('%s', (_, one, other, paths) => {
    expect(differences(one, other)).toEqual(paths)
    expect(differences(other, one)).toEqual(paths)
  })
})
