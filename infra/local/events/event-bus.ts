// EventBridge's PutEvents. Accepts events for every bus, and has no rules.
// Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html

import { randomUUID } from 'node:crypto'
import { isObject, parseJson } from '../../../lambda/json.ts'
import type { Place } from '../cloudformation/template.ts'
import type { BusEvent } from '../log.ts'
import { type Answer, apiError } from './messages-api.ts'

interface Entry {
  Source?: string
  DetailType?: string
  Detail?: string
  EventBusName?: string
  Resources?: string[]
  /** Seconds since the epoch. */
  Time?: number
}

type Result = { EventId: string } | { ErrorCode: string; ErrorMessage: string }

const mostEntries = 10
const mostBytes = 1024 * 1024

/** @param take gets each event that the bus takes */
export function createPutEvents({ place, take }: { place: Place; take(bus: string, event: BusEvent): void }) {
  return function putEvents({ Entries }: { Entries?: Entry[] }): Answer {
    if (!Array.isArray(Entries) || Entries.length === 0 || Entries.length > mostEntries) {
      return apiError('ValidationException', `Entries must have 1 to ${mostEntries} members`)
    }
    if (Entries.reduce((bytes, entry) => bytes + sizeOf(entry), 0) >= mostBytes) {
      return apiError('ValidationException', 'Total size of the entries in the request is over the limit.')
    }
    const results = Entries.map((entry): Result => {
      const refused = faultOf(entry)
      if (refused) return refused
      const EventId = randomUUID()
      take(entry.EventBusName ?? 'default', eventOf(entry, EventId, place))
      return { EventId }
    })
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results }
  }
}

function faultOf({ Source, DetailType, Detail }: Entry): Result | undefined {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (!value) {
      const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`
      return { ErrorCode: 'InvalidArgument', ErrorMessage }
    }
  }
  if (Source?.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' }
  }
  return isObject(parseJson(Detail ?? ''))
    ? undefined
    : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
}

function eventOf({ Source, DetailType, Detail, Resources, Time }: Entry, id: string, place: Place): BusEvent {
  const time = new Date(Time === undefined ? Date.now() : Time * 1000)
  return {
    version: '0',
    id,
    'detail-type': DetailType ?? '',
    source: Source ?? '',
    account: place.account,
    time: time.toISOString().replace(/\.\d+/, ''),
    region: place.region,
    resources: Resources ?? [],
    detail: JSON.parse(Detail ?? ''),
  }
}

/** AWS's own way to count. */
function sizeOf({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources]
  return (Time === undefined ? 0 : 14) + texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0)
}
