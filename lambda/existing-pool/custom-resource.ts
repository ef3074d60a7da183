// What the handlers of custom resources share: a request is read, worked on within its time, and always answered.

import cloudformationResponse from '@middy/cloudformation-response'
import middy from '@middy/core'
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse, Context } from 'aws-lambda'
import { loggable } from '../loggable.ts'
import { answerCloudFormation } from './cloudformation-response.ts'

/** What is left of the function's time for the answer, once the work is broken off, ms. */
const timeToAnswer = 15_000

export interface Request<Name extends string> {
  type: 'Create' | 'Update' | 'Delete'
  stackId: string
  logicalId: string
  /** What the resource is called, or on a create will be. */
  physicalId: string | undefined
  properties: Record<Name, string>
  /** On an update: the properties before it. */
  oldProperties: Partial<Record<Name, string>>
}

export interface CustomResource<Name extends string> {
  /** The properties that must be there, as text. */
  properties: readonly Name[]
  /** The physical id: where it changes on an update, CloudFormation deletes the former resource. */
  identify(properties: Partial<Record<Name, string>>): string
  /** @throws Error whose message tells the person who deploys what to do. */
  work(request: Request<Name>, signal: AbortSignal): Promise<void>
  log: Pick<Console, 'info' | 'error'>
  answer?: (url: string, answer: CloudFormationCustomResourceResponse) => Promise<void>
}

type Event = Omit<CloudFormationCustomResourceEvent, 'PhysicalResourceId'> & { PhysicalResourceId?: string }

/** @returns the function's handler. It throws only where CloudFormation could not be answered: Lambda then runs it again. */
export function createCustomResource<Name extends string>(resource: CustomResource<Name>) {
  const { log, answer = answerCloudFormation } = resource

  const answerOf = middy<Event, Partial<CloudFormationCustomResourceResponse>>({
    timeoutEarlyInMillis: timeToAnswer,
    timeoutEarlyResponse() {
      throw new Error('this took too long and was broken off; deploy again, or delete the stack again')
    },
  })
    .use(cloudformationResponse())
    .before(({ event }) => {
      // Known even where the work fails, so that CloudFormation's clean-up finds what there may be.
      event.PhysicalResourceId ??= resource.identify(textsIn(event.ResourceProperties))
    })
    .onError(({ event, error }) => {
      log.error({ ...described(event), failed: error?.message, error: loggable(error) })
    })
    .handler(async (event: Event, _context: Context, { signal }: { signal: AbortSignal }) => {
      const request = read(event, resource.properties)
      if (request) await resource.work(request, signal)
      log.info(described(event))
      return !request || request.type === 'Delete' ? {} : { PhysicalResourceId: resource.identify(request.properties) }
    })

  return async (event: Event, context: Context): Promise<void> => {
    await answer(event.ResponseURL, (await answerOf(event, context)) as CloudFormationCustomResourceResponse)
  }
}

/** Undefined where there is nothing to delete: what lacks a property was never made. */
function read<Name extends string>(event: Event, names: readonly Name[]): Request<Name> | undefined {
  const type: string = event.RequestType
  if (type !== 'Create' && type !== 'Update' && type !== 'Delete') throw new Error(`unknown RequestType ${type}`)
  const properties = textsIn<Name>(event.ResourceProperties)
  const missing = names.filter((name) => !properties[name])
  if (missing.length > 0 && type === 'Delete') return undefined
  if (missing.length > 0) throw new Error(`${event.ResourceType} misses ${missing.join(', ')}`)
  return {
    type,
    stackId: event.StackId,
    logicalId: event.LogicalResourceId,
    physicalId: event.PhysicalResourceId,
    properties: properties as Record<Name, string>,
    oldProperties: textsIn<Name>('OldResourceProperties' in event ? event.OldResourceProperties : {}),
  }
}

function textsIn<Name extends string>(properties: unknown): Partial<Record<Name, string>> {
  return Object.fromEntries(
    Object.entries(properties ?? {}).filter(([, value]) => typeof value === 'string'),
  ) as Partial<Record<Name, string>>
}

/** Without the URL to answer at: whoever has it can answer. */
function described({
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
    properties: textsIn(ResourceProperties),
  }
}
