// Creates, updates and deletes custom resources as CloudFormation does, and rolls back what fails.

import type { CustomResource } from './custom-resource-definitions.ts'
import type { Ask, CustomResourceFailure } from './custom-resource-requests.ts'

/** A custom resource that is there. */
export interface DeployedResource extends CustomResource {
  physicalId: string
}

interface Step {
  resource: DeployedResource
  before?: DeployedResource
}

/**
 * @param wanted in the order in which they are made
 * @param existing what an earlier deployment made
 * @param note is told of what could not be cleaned up
 * @throws Error with the Reason that a resource gave, after everything is as it was
 */
export async function deploy(
  ask: Ask,
  wanted: readonly CustomResource[],
  existing: readonly DeployedResource[],
  note: (message: string) => void,
): Promise<DeployedResource[]> {
  const steps: Step[] = []
  for (const resource of wanted) {
    const before = existing.find(({ logicalId }) => logicalId === resource.logicalId)
    try {
      const physicalId = await apply(ask, resource, before)
      steps.push({ resource: { ...resource, physicalId }, ...(before && { before }) })
    } catch (error) {
      const { message, physicalId } = error as CustomResourceFailure
      const attempted = physicalId ?? before?.physicalId ?? `${resource.logicalId}-failed`
      steps.push({ resource: { ...resource, physicalId: attempted }, ...(before && { before }) })
      const left = await rollBack(ask, steps)
      const what = before ? 'updated' : 'created'
      throw new Error([`${nameOf(resource)} was not ${what}: ${message}`, ...left].join('; '), { cause: error })
    }
  }
  for (const stale of [...replaced(steps), ...withdrawn(wanted, existing)]) {
    await remove(ask, stale).catch((error: Error) => note(`${nameOf(stale)} was not deleted: ${error.message}`))
  }
  return steps.map(({ resource }) => resource)
}

/** @throws Error naming the first resource that was not deleted; what was made before it stays then. */
export async function destroy(ask: Ask, deployed: readonly DeployedResource[]): Promise<void> {
  for (const resource of deployed.toReversed()) {
    if (resource.retained) continue
    await remove(ask, resource).catch((cause: Error) => {
      throw new Error(`${nameOf(resource)} was not deleted: ${cause.message}`, { cause })
    })
  }
}

const nameOf = ({ logicalId, type }: CustomResource) => `${logicalId} (${type})`

async function apply(ask: Ask, resource: CustomResource, before: DeployedResource | undefined): Promise<string> {
  if (!before) return (await ask(resource, { RequestType: 'Create' })).PhysicalResourceId
  const { physicalId, properties } = before
  if (JSON.stringify(properties) === JSON.stringify(resource.properties)) return physicalId
  const request = { RequestType: 'Update', PhysicalResourceId: physicalId, OldResourceProperties: properties } as const
  return (await ask(resource, request)).PhysicalResourceId
}

function remove(ask: Ask, resource: DeployedResource) {
  return ask(resource, { RequestType: 'Delete', PhysicalResourceId: resource.physicalId })
}

/** @returns what could not be rolled back */
async function rollBack(ask: Ask, steps: readonly Step[]): Promise<string[]> {
  const left: string[] = []
  for (const { resource, before } of steps.toReversed()) {
    try {
      if (before) await apply(ask, before, resource)
      else await remove(ask, resource)
    } catch (error) {
      left.push(`rolling back ${nameOf(resource)} failed: ${(error as Error).message}`)
    }
  }
  return left
}

/** Another physical id after an update means that the old one is to go. */
const replaced = (steps: readonly Step[]) =>
  steps.flatMap(({ resource, before }) => (before && before.physicalId !== resource.physicalId ? [before] : []))

const withdrawn = (wanted: readonly CustomResource[], existing: readonly DeployedResource[]) =>
  existing.filter(
    ({ logicalId, retained }) => !retained && !wanted.some((resource) => resource.logicalId === logicalId),
  )
