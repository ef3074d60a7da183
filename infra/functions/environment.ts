// Writes a function's settings to its environment variables. lambda/config.ts reads them.

import { Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { ConfigOf, EnvironmentOf, Variables } from '../../lambda/config.ts'

/** @param config the settings that `variables` names; any others are left out */
export function environmentOf<V extends Variables>(
  scope: Construct,
  variables: V,
  config: ConfigOf<V>,
): EnvironmentOf<V> {
  const entries = Object.entries(variables).map(([setting, [name]]) => [name, write(scope, config[setting])])
  return Object.fromEntries(entries)
}

/** Lists as JSON, undefined as an empty string. */
function write(scope: Construct, value: unknown): string {
  return Array.isArray(value) ? Stack.of(scope).toJsonString(value) : String(value ?? '')
}
