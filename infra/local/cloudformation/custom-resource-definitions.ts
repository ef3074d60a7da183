// Reads the custom resources of the template, in the order in which CloudFormation makes them.

import { customResource } from './identities.ts'
import type { Stack } from './stack.ts'

export interface CustomResource {
  logicalId: string
  type: string
  /** The function's ARN. */
  serviceToken: string
  /** How long CloudFormation waits for an answer. */
  timeoutSeconds: number
  properties: Record<string, unknown>
  /** Whether it stays when the stack goes. */
  retained: boolean
}

export function readCustomResources(stack: Stack): CustomResource[] {
  const resources = stack.resources(customResource).map(({ logicalId, type, properties, retained }) => ({
    logicalId,
    type,
    serviceToken: String(properties.ServiceToken),
    timeoutSeconds: Number(properties.ServiceTimeout ?? 3600),
    properties: asText(properties) as Record<string, unknown>,
    retained,
  }))
  // What others depend on depends on less than they do.
  const depth = (logicalId: string) => stack.dependencies(logicalId).size
  return resources.sort((one, other) => depth(one.logicalId) - depth(other.logicalId))
}

/** CloudFormation hands over every number and truth value as text. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText)
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asText(inner)]))
}
