// Copies of aws-cdk-lib that the construct refuses.

import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { App, Stack } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { assertUsableCdk } from '../../infra/cdk-copy.ts'
import { Impersonation } from '../../infra/impersonation.ts'

const stack = new Stack(new App(), 'Shop')
const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'))

test.each(['2.269.0', '2.269.1', '2.1000.0', '3.0.0'])('accepts aws-cdk-lib %s', (version) => {
  expect(() => assertUsableCdk(stack, version)).not.toThrow()
})

test.each(['2.268.0', '2.99.9', '1.300.0'])('refuses aws-cdk-lib %s', (version) => {
  expect(() => assertUsableCdk(stack, version)).toThrow(`aws-cdk-lib ${version} is too old`)
})

test('refuses a stack of another copy of aws-cdk-lib', () => {
  const other = new Stack(new App(), 'Shop')
  // A copy has the same symbols, and other classes.
  Object.setPrototypeOf(other, Construct.prototype)
  expect(() => new Impersonation(other, 'Impersonation')).toThrow('two copies of aws-cdk-lib')
})

test('names the oldest version that package.json allows', () => {
  const { peerDependencies } = read('package.json')
  const [, oldest] = /^\^(\d+\.\d+\.\d+)$/.exec(peerDependencies['aws-cdk-lib']) ?? []
  expect(() => assertUsableCdk(stack, '2.0.0')).toThrow(`needs ${oldest} or newer`)
})

test('allows the versions of constructs that the oldest aws-cdk-lib allows', () => {
  expect(read('package.json').peerDependencies.constructs).toBe(
    read('node_modules/aws-cdk-lib/package.json').peerDependencies.constructs,
  )
})
