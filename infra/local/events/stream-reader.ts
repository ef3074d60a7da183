// Runs a function with batches of changes, in order, and repeats what fails.
// Sources: Lambda's pages "Configuring partial batch response with DynamoDB" and "Retain discarded records for a DynamoDB event source"

import { setTimeout } from 'node:timers/promises'
import type { DynamoDBRecord } from 'aws-lambda'
import type { Functions } from '../lambda/functions.ts'
import type { Outcome } from '../lambda/outcome.ts'
import type { EventSource } from './event-sources.ts'
import { matches } from './pattern.ts'

export interface StreamReaderOptions {
  source: EventSource
  run: Functions['run']
  /** Gets what Lambda sends to the queue in place of a batch that it gives up: not the changes, but where they were. */
  giveUp(queueArn: string, message: object): void
  now?: () => number
  /** Before each further try, in ms: doubles up to the last. */
  pauses?: { first: number; last: number }
}

export class StreamReader {
  readonly #options: StreamReaderOptions
  readonly #waiting: DynamoDBRecord[] = []
  readonly #closed = new AbortController()
  #isRunning = false

  constructor(options: StreamReaderOptions) {
    this.#options = options
  }

  receive(record: DynamoDBRecord): void {
    const { patterns } = this.#options.source
    if (patterns.length > 0 && !patterns.some((pattern) => matches(pattern, record))) return
    this.#waiting.push(record)
    if (!this.#isRunning) void this.#work()
  }

  /** Does not wait for changes that have not reached the function. */
  close(): void {
    this.#closed.abort()
  }

  async #work(): Promise<void> {
    const { source, run, pauses = { first: 100, last: 10_000 } } = this.#options
    const { signal } = this.#closed
    this.#isRunning = true
    let size = source.batchSize
    let pause = pauses.first
    while (this.#waiting.length > 0 && !signal.aborted) {
      const batch = this.#waiting.slice(0, size)
      const failed = this.#failureIn(await run(source.functionArn, { Records: batch }), batch)
      if (signal.aborted) break
      this.#waiting.splice(0, failed ?? batch.length)
      if (failed === undefined) {
        size = source.batchSize
        pause = pauses.first
        continue
      }
      this.#dropOld(batch.slice(failed))
      const left = batch.length - failed
      if (source.bisects && left > 1) size = Math.ceil(left / 2)
      await setTimeout(pause, undefined, { signal }).catch(() => {})
      pause = Math.min(pause * 2, pauses.last)
    }
    this.#isRunning = false
  }

  /** @returns the position of the first failed change; undefined if all succeeded */
  #failureIn(outcome: Outcome, batch: DynamoDBRecord[]): number | undefined {
    if (outcome.kind !== 'answer') return 0
    if (!this.#options.source.reportsItemFailures) return undefined
    const { batchItemFailures } = Object(outcome.payload) as {
      batchItemFailures?: { itemIdentifier?: unknown }[] | null
    }
    if (!batchItemFailures || batchItemFailures.length === 0) return undefined
    const positions = batchItemFailures.map(({ itemIdentifier }) =>
      batch.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === itemIdentifier),
    )
    return Math.max(0, Math.min(...positions))
  }

  #dropOld(failed: DynamoDBRecord[]): void {
    const { source, now = Date.now, giveUp } = this.#options
    if (source.maximumAge === undefined) return
    const oldest = now() - source.maximumAge
    const old = failed.filter(({ dynamodb }) => Number(dynamodb?.ApproximateCreationDateTime) * 1000 < oldest)
    if (old.length === 0) return
    this.#waiting.splice(0, old.length)
    if (source.onFailure === undefined) return
    giveUp(source.onFailure, {
      requestContext: { functionArn: source.functionArn, condition: 'RecordAgeExceeded' },
      version: '1.0',
      timestamp: new Date(now()).toISOString(),
      DDBStreamBatchInfo: {
        shardId: 'shardId-00000000000000000000-local000',
        startSequenceNumber: old[0]?.dynamodb?.SequenceNumber,
        endSequenceNumber: old.at(-1)?.dynamodb?.SequenceNumber,
        batchSize: old.length,
        streamArn: source.streamArn,
      },
    })
  }
}
