// The stream of a DynamoDB table: each change of an item, with the item before and after.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html

import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { DynamoDBRecord } from 'aws-lambda'
import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'

export type Item = Record<string, unknown>

export class TableStream {
  readonly arn: string
  readonly #keys: string[]
  readonly #region: string
  readonly #readers: ((record: DynamoDBRecord) => void)[] = []
  #count = 0n

  constructor({ arn, keys, region }: { arn: string; keys: string[]; region: string }) {
    this.arn = arn
    this.#keys = keys
    this.#region = region
  }

  /** @param reader gets each change from now on, in order */
  subscribe(reader: (record: DynamoDBRecord) => void): void {
    this.#readers.push(reader)
  }

  /** Adds a change of one item. A write that changes nothing adds nothing. */
  add({ before, after }: { before?: Item | undefined; after?: Item | undefined }): void {
    const [OldImage, NewImage] = [copyOf(before), copyOf(after)]
    if (isDeepStrictEqual(OldImage, NewImage)) return
    const item = NewImage ?? OldImage ?? {}
    const record = {
      eventID: randomUUID(),
      eventName: !NewImage ? 'REMOVE' : OldImage ? 'MODIFY' : 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: this.#region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
        Keys: Object.fromEntries(this.#keys.map((name) => [name, item[name]])),
        ...(NewImage && { NewImage }),
        ...(OldImage && { OldImage }),
        SequenceNumber: String(10n ** 20n + this.#count++),
        SizeBytes: Buffer.byteLength(JSON.stringify([OldImage, NewImage])),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventSourceARN: this.arn,
    } as DynamoDBRecord
    for (const reader of this.#readers) reader(record)
  }
}

/** The streams of the template, by the name of the table. @throws Error naming a property that the local run does not know */
export function readStreams(stack: Stack): Map<string, TableStream> {
  const tables = stack.resources('AWS::DynamoDB::Table').filter(({ properties }) => properties.StreamSpecification)
  return new Map(tables.map((table) => [table.id, readStream(stack, table)]))
}

function readStream(stack: Stack, table: Resource): TableStream {
  const { StreamSpecification, KeySchema } = table.properties
  const properties = StreamSpecification as Record<string, unknown>
  expectOnly({ ...table, properties }, ['StreamViewType'])
  if (properties.StreamViewType !== 'NEW_AND_OLD_IMAGES') {
    throw new Error(
      `template: ${table.logicalId} has a stream of ${properties.StreamViewType}, which the local run does not know`,
    )
  }
  return new TableStream({
    arn: stack.attribute(table.logicalId, 'StreamArn'),
    keys: (KeySchema as { AttributeName: string }[]).map(({ AttributeName }) => AttributeName),
    region: stack.place.region,
  })
}

/** dynalite's items have no prototype, and it may change them later. */
function copyOf(item: Item | undefined): Item | undefined {
  return item && JSON.parse(JSON.stringify(item))
}
