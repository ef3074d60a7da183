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
