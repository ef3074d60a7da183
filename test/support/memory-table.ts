// A DynamoDB table in memory for the calls of lambda/records.ts. Much faster than dynalite.

type Value = { S: string } | { N: string }
type Item = Record<string, Value>
type Input = Record<string, unknown>

/** An item before and after a write. */
export interface Change {
  before: Item | undefined
  after: Item
}

export class MemoryTable {
  readonly items = new Map<string, Item>()
  /** All writes that took effect, in order. */
  readonly changes: Change[] = []

  /** @returns the response of AWS; an error has `__type`. */
  perform(operation: string, input: Input): object {
    const id = keyOf(input)
    const before = this.items.get(id)
    // The worst case of an eventually consistent read: it finds nothing.
    if (operation === 'GetItem') return before && input.ConsistentRead === true ? { Item: before } : {}
    if (!holds(String(input.ConditionExpression), before ?? {}, input)) return refused
    const after =
      operation === 'PutItem' ? (input.Item as Item) : { ...before, id: { S: id }, ...assigned(input, before) }
    this.items.set(id, after)
    this.changes.push({ before, after })
    return operation === 'UpdateItem' ? { Attributes: after } : {}
  }
}

const refused = {
  __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
  message: 'The conditional request failed',
}

function keyOf({ Key, Item }: Input): string {
  const id = ((Key ?? Item) as Item).id
  return id && 'S' in id ? id.S : ''
}

function assigned(input: Input, before: Item = {}): Item {
  const [, assignments = ''] = /^SET (.*)$/.exec(String(input.UpdateExpression)) ?? []
  const each = assignments.split(/, (?=#)/).map((assignment) => {
    const [, target = '', kept, value = ''] =
      /^(#\w+) = (?:if_not_exists\((#\w+), )?(:\w+)\)?$/.exec(assignment) ?? fail(assignment)
    const old = kept === undefined ? undefined : before[nameAt(input, kept)]
    return [nameAt(input, target), old ?? valueAt(input, value)]
  })
  return Object.fromEntries(each)
}

/** Evaluates AND, OR, parentheses, comparisons, IN, attribute_exists and attribute_not_exists. AND binds tighter. */
function holds(expression: string, item: Item, input: Input): boolean {
  const tokens = expression.match(/[#:]?\w+|<>|[=<>(),]/g) ?? []
  const next = (): string => tokens.shift() ?? fail(expression)
  const operand = (token: string) =>
    token.startsWith(':') ? valueAt(input, token) : item[token.startsWith('#') ? nameAt(input, token) : token]

  const either = (): boolean => {
    let result = both()
    while (tokens[0] === 'OR' && next()) result = both() || result
    return result
  }
  const both = (): boolean => {
    let result = term()
    while (tokens[0] === 'AND' && next()) result = term() && result
    return result
  }
  const inside = <Result>(read: () => Result): Result => {
    next()
    const result = read()
    next()
    return result
  }
  const term = (): boolean => {
    if (tokens[0] === '(') return inside(either)
    const first = next()
    if (first === 'attribute_not_exists') return inside(() => operand(next()) === undefined)
    if (first === 'attribute_exists') return inside(() => operand(next()) !== undefined)
    const left = operand(first)
    const comparison = next()
    if (comparison !== 'IN') return compare(left, comparison, operand(next()))
    return inside(() => {
      const found = [equal(left, operand(next()))]
      while (tokens[0] === ',' && next()) found.push(equal(left, operand(next())))
      return found.includes(true)
    })
  }
  return either()
}

function compare(left: Value | undefined, comparison: string, right: Value | undefined): boolean {
  if (comparison === '=') return equal(left, right)
  if (comparison === '<>') return !equal(left, right)
  if (!left || !right || !('N' in left) || !('N' in right)) return false
  return comparison === '<' ? Number(left.N) < Number(right.N) : Number(left.N) > Number(right.N)
}

function equal(left: Value | undefined, right: Value | undefined): boolean {
  return left !== undefined && JSON.stringify(left) === JSON.stringify(right)
}

const nameAt = (input: Input, placeholder: string) =>
  (input.ExpressionAttributeNames as Record<string, string>)[placeholder] ?? fail(placeholder)

const valueAt = (input: Input, placeholder: string) =>
  (input.ExpressionAttributeValues as Record<string, Value>)[placeholder] ?? fail(placeholder)

function fail(expression: string): never {
  throw new Error(`the table in memory cannot parse ${expression}`)
}
