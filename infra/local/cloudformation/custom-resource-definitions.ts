// Reads the custom resources of the template, in the order in which CloudFormation creates them.

import { customResource } from './identities.ts'
import type { Stack } from './stack.ts'

export interface CustomResource {
  logicalId: string
  type: string
  /** The function's ARN. */
  serviceToken: string
  /** How long CloudFormation waits for the response. */
  timeoutSeconds: number
  properties: Record<string, unknown>
  /** Whether the resource remains when the stack is deleted. */
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
  // A resource has more dependencies than any resource it depends on, so this order puts dependencies first.
  const dependencyCount = ({ logicalId }: CustomResource) => stack.dependencies(logicalId).size
  return resources.sort((one, other) => dependencyCount(one) - dependencyCount(other))
}

/** Converts numbers and booleans to strings, as CloudFormation does. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText)
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asText(inner)]))
}
