// The shared part of the custom resources: reads a request, does the work in time, and always sends a response.

import cloudformationResponse from '@middy/cloudformation-response'
import middy from '@middy/core'
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse, Context } from 'aws-lambda'
import { loggable } from '../loggable.ts'
import { answerCloudFormation, isResponseUrl } from './cloudformation-response.ts'

/** The time kept for sending the response after the work is stopped, ms. */
const timeToAnswer = 15_000

export interface Request<Name extends string> {
  type: 'Create' | 'Update' | 'Delete'
  stackId: string
  logicalId: string
  /** On a create: the id that the resource will get. */
  physicalId: string | undefined
  properties: Record<Name, string> & OptionalProperties
  /** The former properties. Empty, except on an update. */
  oldProperties: Partial<Record<Name, string>> & OptionalProperties
}

/** Properties that a former version's resources lack. */
interface OptionalProperties {
  DeployedAt?: string
  NextTriggers?: string
}

export interface CustomResource<Name extends string> {
  /** The required properties. Each is a string. */
  properties: readonly Name[]
  /** Returns the physical id. If an update changes it, CloudFormation deletes the former resource. */
  identify(properties: Partial<Record<Name, string>>): string
  /** @throws Error with a message for the person who deploys: what is wrong and what to do */
  work(request: Request<Name>, signal: AbortSignal): Promise<void>
  log: Pick<Console, 'info' | 'warn' | 'error'>
  answer?: (url: string, answer: CloudFormationCustomResourceResponse) => Promise<void>
  /** Whether CloudFormation gave this URL. Nothing is done for a request with another. */
  isResponseUrl?: (url: unknown) => boolean
}

type Event = Omit<CloudFormationCustomResourceEvent, 'PhysicalResourceId'> & { PhysicalResourceId?: string }

/**
 * @returns the function's handler. It throws if the request does not come from CloudFormation, or if the response could
 * not be sent: Lambda then runs it again.
 */
export function createCustomResource<Name extends string>(resource: CustomResource<Name>) {
  const { log, answer = answerCloudFormation, isResponseUrl: isAllowed = isResponseUrl } = resource

  const run = middy<Event, Partial<CloudFormationCustomResourceResponse>>({
    timeoutEarlyInMillis: timeToAnswer,
    timeoutEarlyResponse() {
      throw new Error('This took too long and was stopped. Deploy again, or delete the stack again.')
    },
  })
    .use(cloudformationResponse())
    .before(({ event }) => {
      // Set before the work, so that CloudFormation can clean up after a failed create.
      event.PhysicalResourceId ??= resource.identify(stringsIn(event.ResourceProperties))
    })
    .onError(({ event, error }) => {
      log.error({ ...forLog(event), failed: error?.message, error: loggable(error) })
    })
    .handler(async (event: Event, _context: Context, { signal }: { signal: AbortSignal }) => {
      const request = read(event, resource.properties)
      if (request) await resource.work(request, signal)
      log.info(forLog(event))
      return !request || request.type === 'Delete' ? {} : { PhysicalResourceId: resource.identify(request.properties) }
    })

  return async (event: Event, context: Context): Promise<void> => {
    if (!isAllowed(event.ResponseURL)) {
      throw new Error(
        'The ResponseURL is not an https:// URL of Amazon S3. Nothing was changed, and nobody was answered.',
      )
    }
    await answer(event.ResponseURL, (await run(event, context)) as CloudFormationCustomResourceResponse)
  }
}

/** @returns a function's handler. It makes the resource at the first request, and keeps it for the next ones. */
export function createHandler<Name extends string>(makeResource: () => CustomResource<Name>) {
  let handle: ReturnType<typeof createCustomResource> | undefined
  return async (event: CloudFormationCustomResourceEvent, context: Context): Promise<void> => {
    handle ??= createCustomResource(makeResource())
    return handle(event, context)
  }
}

/** Whether an update goes back to an earlier deployment, as in a rollback by CloudFormation. */
export function goesBack({ type, properties, oldProperties }: Request<never>): boolean {
  return type === 'Update' && (oldProperties.DeployedAt ?? '') > (properties.DeployedAt ?? '')
}

/** Undefined for a Delete with missing properties: the resource was never created. */
function read<Name extends string>(event: Event, names: readonly Name[]): Request<Name> | undefined {
  const type: string = event.RequestType
  if (type !== 'Create' && type !== 'Update' && type !== 'Delete')
    throw new Error(`Unknown RequestType ${type}. Nothing was changed.`)
  const properties = stringsIn<Name>(event.ResourceProperties)
  const missing = names.filter((name) => !properties[name])
  if (missing.length > 0 && type === 'Delete') return undefined
  if (missing.length > 0)
    throw new Error(`${event.ResourceType} lacks required properties: ${missing.join(', ')}. Nothing was changed.`)
  return {
    type,
    stackId: event.StackId,
    logicalId: event.LogicalResourceId,
    physicalId: event.PhysicalResourceId,
    properties: properties as Record<Name, string>,
    oldProperties: stringsIn<Name>('OldResourceProperties' in event ? event.OldResourceProperties : {}),
  }
}

function stringsIn<Name extends string>(properties: unknown): Partial<Record<Name, string>> {
  return Object.fromEntries(
    Object.entries(properties ?? {}).filter(([, value]) => typeof value === 'string'),
  ) as Partial<Record<Name, string>>
}

/** A request for the log, without its ResponseURL: anyone who has that can send a response. */
function forLog({
  RequestType,
  ResourceType,
  LogicalResourceId,
  PhysicalResourceId,
  RequestId,
  ResourceProperties,
}: Event) {
  return {
    event: 'custom-resource',
    RequestType,
    ResourceType,
    LogicalResourceId,
    PhysicalResourceId,
    RequestId,
    properties: stringsIn(ResourceProperties),
  }
}
