// One request to a custom resource, and its answer.
// Source: CloudFormation user guide, "Custom resource request and response reference".

import { randomUUID } from 'node:crypto'
import type { Outcome } from '../lambda/outcome.ts'
import type { CustomResource } from './custom-resource-definitions.ts'
import type { CustomResourceResponse, Responses } from './custom-resource-responses.ts'

/** How often Lambda runs a function that fails, where nobody waits for what it returns. */
const tries = 3

export type Request =
  | { RequestType: 'Create' }
  | { RequestType: 'Update'; PhysicalResourceId: string; OldResourceProperties: Record<string, unknown> }
  | { RequestType: 'Delete'; PhysicalResourceId: string }

/** A request that failed. */
export class CustomResourceFailure extends Error {
  /** What the function called the resource, where it did. */
  readonly physicalId: string | undefined

  constructor(reason: string, physicalId?: string) {
    super(reason)
    this.physicalId = physicalId
  }
}

export type Ask = (resource: CustomResource, request: Request) => Promise<CustomResourceResponse>

/** @param run runs a function, by the right of whoever deploys */
export function createAsk(
  stackId: string,
  responses: Responses,
  run: (functionArn: string, event: unknown) => Promise<Outcome>,
): Ask {
  /** @throws CustomResourceFailure */
  return async (resource, request) => {
    const expected = { StackId: stackId, RequestId: randomUUID(), LogicalResourceId: resource.logicalId }
    const { url, response, received } = responses.await(expected)
    const event = {
      ...request,
      ...expected,
      ResponseURL: url,
      ServiceToken: resource.serviceToken,
      ResourceType: resource.type,
      ResourceProperties: resource.properties,
    }
    const limit = deadline(resource.timeoutSeconds)
    const answer = await Promise.race([
      response.catch((error: Error) => fail(error.message)),
      ended(run, resource.serviceToken, event, received),
      limit.passed,
    ]).finally(limit.cancel)
    if (answer.Status === 'FAILED') fail(answer.Reason ?? '', answer.PhysicalResourceId)
    return answer
  }
}

function fail(reason: string, physicalId?: string): never {
  throw new CustomResourceFailure(reason, physicalId)
}

/** Rejects once the function is done and has not answered: nothing will come any more. */
async function ended(
  run: (functionArn: string, event: unknown) => Promise<Outcome>,
  functionArn: string,
  event: unknown,
  received: () => boolean,
): Promise<never> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    const outcome = await run(functionArn, event)
    if (received()) return new Promise(() => {})
    if (outcome.kind === 'denied') fail(`there is no function ${functionArn}`)
    if (outcome.kind === 'answer') break
  }
  return fail('CloudFormation did not receive a response from your Custom Resource.')
}

function deadline(seconds: number): { passed: Promise<never>; cancel(): void } {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new CustomResourceFailure(`no response within ${seconds} s`)), seconds * 1000)
  return { passed: promise, cancel: () => clearTimeout(timer) }
}
