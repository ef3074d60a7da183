// Sends one request to the function of a custom resource and waits for the response.
// Source: CloudFormation user guide, "Custom resource request and response reference".

import { randomUUID } from 'node:crypto'
import type { Outcome } from '../lambda/outcome.ts'
import type { CustomResource } from './custom-resource-definitions.ts'
import type { CustomResourceResponse, ResponseServer } from './custom-resource-responses.ts'

/** How often Lambda runs a failing function when the invocation is asynchronous. */
const tries = 3

export type Request =
  | { RequestType: 'Create' }
  | { RequestType: 'Update'; PhysicalResourceId: string; OldResourceProperties: Record<string, unknown> }
  | { RequestType: 'Delete'; PhysicalResourceId: string }

/** A custom resource request that failed. The message is the Reason. */
export class CustomResourceFailure extends Error {
  /** The physical id that the function returned, if any. */
  readonly physicalId: string | undefined

  constructor(reason: string, physicalId?: string) {
    super(reason)
    this.physicalId = physicalId
  }
}

/** Rejects with CustomResourceFailure. */
export type SendRequest = (resource: CustomResource, request: Request) => Promise<CustomResourceResponse>

type RunFunction = (functionArn: string, event: unknown) => Promise<Outcome>

/** @param run runs a function with the deployer's rights */
export function createSendRequest(stackId: string, responses: ResponseServer, run: RunFunction): SendRequest {
  return async (resource, request) => {
    const expected = { StackId: stackId, RequestId: randomUUID(), LogicalResourceId: resource.logicalId }
    const { url, response, isReceived } = responses.expect(expected)
    const event = {
      ...request,
      ...expected,
      ResponseURL: url,
      ServiceToken: resource.serviceToken,
      ResourceType: resource.type,
      ResourceProperties: resource.properties,
    }
    const timeout = startTimeout(resource.timeoutSeconds)
    const received = await Promise.race([
      // Waits for the function's end, unlike CloudFormation: the next request then runs in the same environment.
      runUntilResponse(run, { functionArn: resource.serviceToken, event, isReceived }).then(() =>
        response.catch((error: Error) => fail(error.message)),
      ),
      timeout.expired,
    ]).finally(timeout.cancel)
    if (received.Status === 'FAILED') fail(received.Reason ?? '', received.PhysicalResourceId)
    return received
  }
}

function fail(reason: string, physicalId?: string): never {
  throw new CustomResourceFailure(reason, physicalId)
}

/** Runs the function, and rejects if it finishes without sending a response. */
async function runUntilResponse(
  run: RunFunction,
  { functionArn, event, isReceived }: { functionArn: string; event: unknown; isReceived(): boolean },
): Promise<void> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    const outcome = await run(functionArn, event)
    if (isReceived()) return
    if (outcome.kind === 'denied') fail(`there is no function ${functionArn}`)
    if (outcome.kind === 'answer') break
  }
  fail('CloudFormation did not receive a response from your Custom Resource.')
}

function startTimeout(seconds: number): { expired: Promise<never>; cancel(): void } {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new CustomResourceFailure(`no response within ${seconds} s`)), seconds * 1000)
  return { expired: promise, cancel: () => clearTimeout(timer) }
}
