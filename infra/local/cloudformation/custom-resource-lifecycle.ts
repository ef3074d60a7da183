// Creates, updates and deletes custom resources as CloudFormation does, and rolls back a failed deployment.

import type { CustomResource } from './custom-resource-definitions.ts'
import { CustomResourceFailure, type SendRequest } from './custom-resource-requests.ts'

/** A custom resource after its creation. */
export interface DeployedResource extends CustomResource {
  physicalId: string
}

interface Step {
  resource: DeployedResource
  /** The same resource before this deployment; undefined if the deployment created it. */
  before?: DeployedResource
}

/**
 * @param wanted the resources of the template, in the order of their creation
 * @param existing the resources of the previous deployment
 * @param report receives a message for each resource that could not be deleted
 * @throws Error with the Reason of the resource that failed, after the rollback
 */
export async function deploy(
  send: SendRequest,
  wanted: readonly CustomResource[],
  existing: readonly DeployedResource[],
  report: (message: string) => void,
): Promise<DeployedResource[]> {
  const steps: Step[] = []
  for (const resource of wanted) {
    const before = existing.find(({ logicalId }) => logicalId === resource.logicalId)
    try {
      const physicalId = await createOrUpdate(send, resource, before)
      steps.push({ resource: { ...resource, physicalId }, ...(before && { before }) })
    } catch (error) {
      const returnedId = error instanceof CustomResourceFailure ? error.physicalId : undefined
      const physicalId = returnedId ?? before?.physicalId ?? `${resource.logicalId}-failed`
      steps.push({ resource: { ...resource, physicalId }, ...(before && { before }) })
      const rollbackFailures = await rollBack(send, steps)
      const failure = `${label(resource)} was not ${before ? 'updated' : 'created'}: ${(error as Error).message}`
      throw new Error([failure, ...rollbackFailures].join('; '), { cause: error })
    }
  }
  for (const obsolete of [...replaced(steps), ...removed(wanted, existing)]) {
    await remove(send, obsolete).catch((error: Error) => {
      report(`${label(obsolete)} was not deleted: ${error.message}`)
    })
  }
  return steps.map(({ resource }) => resource)
}

/**
 * Deletes all resources except retained ones, in reverse order of their creation.
 * @throws Error naming the first resource that was not deleted; the resources created before it remain
 */
export async function destroy(send: SendRequest, deployed: readonly DeployedResource[]): Promise<void> {
  for (const resource of deployed.toReversed()) {
    if (resource.retained) continue
    await remove(send, resource).catch((cause: Error) => {
      throw new Error(`${label(resource)} was not deleted: ${cause.message}`, { cause })
    })
  }
}

const label = ({ logicalId, type }: CustomResource) => `${logicalId} (${type})`

/** @returns the physical id */
async function createOrUpdate(
  send: SendRequest,
  resource: CustomResource,
  before: DeployedResource | undefined,
): Promise<string> {
  if (!before) return (await send(resource, { RequestType: 'Create' })).PhysicalResourceId
  const { physicalId, properties } = before
  if (JSON.stringify(properties) === JSON.stringify(resource.properties)) return physicalId
  const request = { RequestType: 'Update', PhysicalResourceId: physicalId, OldResourceProperties: properties } as const
  return (await send(resource, request)).PhysicalResourceId
}

function remove(send: SendRequest, resource: DeployedResource) {
  return send(resource, { RequestType: 'Delete', PhysicalResourceId: resource.physicalId })
}

/** @returns a message for each step that could not be rolled back */
async function rollBack(send: SendRequest, steps: readonly Step[]): Promise<string[]> {
  const failures: string[] = []
  for (const { resource, before } of steps.toReversed()) {
    try {
      if (before) await createOrUpdate(send, before, resource)
      else await remove(send, resource)
    } catch (error) {
      failures.push(`rolling back ${label(resource)} failed: ${(error as Error).message}`)
    }
  }
  return failures
}

/** The former resources of updates that returned a new physical id. */
const replaced = (steps: readonly Step[]) =>
  steps.flatMap(({ resource, before }) => (before && before.physicalId !== resource.physicalId ? [before] : []))

/** The existing resources that the template no longer has, except retained ones. */
const removed = (wanted: readonly CustomResource[], existing: readonly DeployedResource[]) =>
  existing.filter(
    ({ logicalId, retained }) => !retained && !wanted.some((resource) => resource.logicalId === logicalId),
  )
