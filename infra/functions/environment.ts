// Writes a function's settings to its environment variables. lambda/config.ts reads them.

import { Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { ConfigOf, EnvironmentOf, Variables } from '../../lambda/config.ts'

/** @param config may have more settings than `variables`. Those are left out. */
export function environmentOf<V extends Variables>(
  scope: Construct,
  variables: V,
  config: ConfigOf<V>,
): EnvironmentOf<V> {
  const entries = Object.entries(variables).map(([setting, [name]]) => [name, write(scope, config[setting])])
  return Object.fromEntries(entries)
}

/** Writes a list or an object as JSON, and undefined or an empty object as an empty string. */
function write(scope: Construct, value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value ?? '')
  const isEmpty = !Array.isArray(value) && Object.keys(value).length === 0
  return isEmpty ? '' : Stack.of(scope).toJsonString(value)
}

/** Lambda's limit for all variables of a function, in bytes. */
const largest = 4_096

/** Fails at synth if the variables are too large for Lambda. Values that CloudFormation computes count as empty. */
export function refuseLargeEnvironment(scope: Construct, environment: Readonly<Record<string, string>>): void {
  scope.node.addValidation({
    validate() {
      const values = Object.entries(Stack.of(scope).resolve(environment) as Record<string, unknown>)
      const sizes = values.map(([name, value]) => Buffer.byteLength(name + (typeof value === 'string' ? value : '')))
      const size = sizes.reduce((sum, each) => sum + each, 0)
      const fault = `the settings need ${size} bytes of environment variables, and Lambda allows ${largest}: name fewer groups, or shorter ones`
      return size > largest ? [fault] : []
    },
  })
}
