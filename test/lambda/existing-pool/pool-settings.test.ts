// When two descriptions of a pool say the same.

import { describe, expect, test } from '@jest/globals'
import { differences, type PoolSettings } from '../../../lambda/existing-pool/pool-settings.ts'

describe('settings are alike', () => {
  test.each<[string, PoolSettings, PoolSettings]>([
    ['in another order', { A: { x: 1, y: 2 }, B: 3 }, { B: 3, A: { y: 2, x: 1 } }],
    ['with lists in another order', { A: ['x', 'y'] }, { A: ['y', 'x'] }],
    ['with lists of objects in another order', { A: [{ x: 1 }, { y: 2, z: 3 }] }, { A: [{ z: 3, y: 2 }, { x: 1 }] }],
    ['where empty stands for absent', { A: {}, B: [], C: null, D: { x: {} } }, {}],
    ['where absent stands for empty, in a list', { A: [{ x: 1, y: null }] }, { A: [{ x: 1 }] }],
    ['where absent stands for empty, deep in a list', { A: [{ x: 1, y: [], z: {} }] }, { A: [{ x: 1 }] }],
    ['but for what changes by itself', { LastModifiedDate: 1, Status: 'x' }, { EstimatedNumberOfUsers: 1 }],
    ['but for the older name of a period', { AdminCreateUserConfig: { UnusedAccountValidityDays: 1 } }, {}],
  ])('%s', (_, one, other) => {
    expect(differences(one, other)).toEqual([])
    expect(differences(other, one)).toEqual([])
  })
})

describe('settings differ', () => {
  test.each<[string, PoolSettings, PoolSettings, string[]]>([
    ['in a value', { A: 1, B: 2 }, { A: 1, B: 3 }, ['B']],
    ['in a value’s type', { A: 1 }, { A: '1' }, ['A']],
    ['deep down', { A: { x: { y: 1, z: 2 } } }, { A: { x: { y: 3, z: 2 } } }, ['A.x.y']],
    ['in what is missing', { A: { x: 1 } }, {}, ['A.x']],
    ['in what is missing deep down', { A: { x: 1, y: 2 } }, { A: { x: 1 } }, ['A.y']],
    ['in false and absent', { A: false }, {}, ['A']],
    ['in a list', { A: ['x', 'y'] }, { A: ['x'] }, ['A']],
    ['in a list of objects', { A: [{ x: 1 }] }, { A: [{ x: 2 }] }, ['A']],
    ['in the names in a list of objects', { A: [{ x: 1 }] }, { A: [{ y: 1 }] }, ['A']],
    ['in kind', { A: ['x'] }, { A: { 0: 'x' } }, ['A']],
    ['in several places', { A: 1, B: { x: 1 } }, { A: 2, B: { x: 2 } }, ['A', 'B.x']],
    ['in names that change by themselves elsewhere', { A: { Status: 1 } }, { A: { Status: 2 } }, ['A.Status']],
  ])('%s', (_, one, other, paths) => {
    expect(differences(one, other)).toEqual(paths)
    expect(differences(other, one)).toEqual(paths)
  })
})
