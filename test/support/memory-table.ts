// A DynamoDB table in memory for the calls of lambda/records.ts, lambda/endpoint/actor-limit.ts and lambda/oversight/records.ts.
// Much faster than dynalite.

import { byActor, byDay, bySubject } from '../../lambda/records-schema.ts'
import { apply, holds, type Input, type Item, namesOf, select, toNumber, unused } from './memory-expressions.ts'

const indexes = [byActor, bySubject, byDay]

/** An item before and after a write. */
export interface Change {
  before: Item | undefined
  after: Item
}

export class MemoryTable {
  readonly items = new Map<string, Item>()
  /** All writes that took effect, in order. */
  readonly changes: Change[] = []
  /** How many calls there were. */
  calls = 0
  /** How many items the calls have read or written, including those that a filter dropped. */
  touched = 0
  /** How many items one query reads at most. DynamoDB stops at 1 MB. */
  pageSize = Number.POSITIVE_INFINITY

  /** @returns the response of AWS; an error has `__type`. */
  perform = (operation: string, input: Input): object => {
    this.calls++
    if (unused(input).length > 0) return { __type: 'ValidationException', message: `unused: ${unused(input)}` }
    if (operation === 'Query') return this.#query(input)
    this.touched++
    const id = keyOf(input)
    const before = this.items.get(id)
    if (operation === 'GetItem') {
      // The worst case of an eventually consistent read: it finds nothing.
      return before && input.ConsistentRead === true ? { Item: select(before, input) } : {}
    }
    if (!holds(String(input.ConditionExpression), before ?? {}, input)) return refused
    const update = operation === 'UpdateItem' ? apply({ ...before, id: { S: id } }, input) : undefined
    const after = update?.item ?? (input.Item as Item)
    this.items.set(id, after)
    this.changes.push({ before, after })
    return update ? { Attributes: input.ReturnValues === 'UPDATED_NEW' ? update.changed : after } : {}
  }

  #query(input: Input): object {
    const index = indexes.find(({ indexName }) => indexName === input.IndexName)
    if (!index) throw new Error(`there is no index ${input.IndexName}`)
    const { partitionKey, sortKey } = index
    const condition = String(input.KeyConditionExpression)
    if (namesOf(condition, input).some((name) => name !== partitionKey && name !== sortKey))
      throw new Error(`${condition} names an attribute that is no key of ${index.indexName}`)
    const keyed = (item: Item): Keyed => ({ item, at: toNumber(textOf(item[sortKey])), id: textOf(item.id) })
    const start = input.ExclusiveStartKey ? keyed(input.ExclusiveStartKey as Item) : undefined
    const partition = partitionOf(condition, input)
    const inRange = [...this.items.values()]
      .filter((item) => textOf(item[partitionKey]) === partition && item[sortKey] && holds(condition, item, input))
      .map(keyed)
      .filter((each) => !start || compareKeys(each, start) < 0)
      .sort((a, b) => compareKeys(b, a))
      .map(({ item }) => item)
    const page = inRange.slice(0, Math.min(Number(input.Limit ?? Number.POSITIVE_INFINITY), this.pageSize))
    this.touched += page.length
    const filter = input.FilterExpression
    const last = page.length < inRange.length || page.length === input.Limit ? page.at(-1) : undefined
    return {
      Items: page
        .filter((item) => filter === undefined || holds(String(filter), item, input))
        .map((item) => select(item, input)),
      ...(last && {
        LastEvaluatedKey: Object.fromEntries(['id', partitionKey, sortKey].map((name) => [name, last[name]])),
      }),
    }
  }
}

/** Every query names one partition. Comparing it first is much faster than evaluating the condition for each item. */
function partitionOf(condition: string, input: Input): string {
  const [, placeholder = ''] = /^#\w+ = (:\w+)/.exec(condition) ?? []
  return textOf((input.ExpressionAttributeValues as Item)[placeholder])
}

function textOf(value: Item[string] | undefined): string {
  if (value && 'S' in value) return value.S
  return value && 'N' in value ? value.N : ''
}

/** An item with the keys that a query sorts by. */
interface Keyed {
  item: Item
  at: number
  id: string
}

function compareKeys(a: Keyed, b: Keyed): number {
  return a.at - b.at || (a.id < b.id ? -1 : Number(a.id > b.id))
}

const refused = {
  __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
  message: 'The conditional request failed',
}

function keyOf({ Key, Item }: Input): string {
  const id = ((Key ?? Item) as Item).id
  return id && 'S' in id ? id.S : ''
}
