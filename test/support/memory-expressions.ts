// Evaluates the DynamoDB expressions of lambda/records.ts, lambda/endpoint/actor-limit.ts and lambda/oversight/records.ts.

export type Value = { S: string } | { N: string } | { BOOL: boolean } | { L: Value[] }
export type Item = Record<string, Value>
export type Input = Record<string, unknown>

/** Runs an update. @returns the new item, and the attributes that got a value. */
export function apply(before: Item, input: Input): { item: Item; changed: Item } {
  const expression = String(input.UpdateExpression)
  const [, assignments = '', , added, amount = '', , removed = ''] =
    /^SET (.*?)( ADD (#\w+) (:\w+))?( REMOVE (#\w+(, #\w+)*))?$/.exec(expression) ?? fail(expression)
  const each = assignments.split(/, (?=#)/).map((assignment) => {
    const [, target = '', kept, value = ''] =
      /^(#\w+) = (?:if_not_exists\((#\w+), )?(:\w+)\)?$/.exec(assignment) ?? fail(assignment)
    const old = kept === undefined ? undefined : before[nameAt(input, kept)]
    return [nameAt(input, target), old ?? valueAt(input, value)] as const
  })
  const changed = Object.fromEntries(each)
  if (added !== undefined) {
    const name = nameAt(input, added)
    changed[name] = sum(before[name] ?? { N: '0' }, valueAt(input, amount))
  }
  const item = { ...before, ...changed }
  for (const name of namesOf(removed, input)) delete item[name]
  return { item, changed }
}

/** The attributes that a read projects. */
export function select(item: Item, input: Input): Item {
  if (input.ProjectionExpression === undefined) return item
  const names = namesOf(String(input.ProjectionExpression), input)
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)))
}

export function namesOf(expression: string, input: Input): string[] {
  return (expression.match(/#\w+/g) ?? []).map((placeholder) => nameAt(input, placeholder))
}

const expressions = [
  'ConditionExpression',
  'UpdateExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
]
const placeholdersOf = new Map<string, Set<string>>()

/** The names and values that no expression uses. DynamoDB refuses a call with any. */
export function unused(input: Input): string[] {
  const text = expressions.map((name) => input[name] ?? '').join(' ')
  const used = placeholdersOf.get(text) ?? new Set(text.match(/[#:]\w+/g))
  placeholdersOf.set(text, used)
  const given = { ...(input.ExpressionAttributeNames as object), ...(input.ExpressionAttributeValues as object) }
  return Object.keys(given).filter((placeholder) => !used.has(placeholder))
}

type Test = (item: Item, input: Input) => boolean
type Operand = (item: Item, input: Input) => Value | undefined

const tests = new Map<string, Test>()

/** Evaluates a condition. Parses each once, because a query evaluates its condition for each item. */
export function holds(expression: string, item: Item, input: Input): boolean {
  const test = tests.get(expression) ?? parse(expression)
  tests.set(expression, test)
  return test(item, input)
}

/** Parses AND, OR, parentheses, comparisons, IN, BETWEEN, attribute_exists, attribute_not_exists and contains. AND binds tighter. */
function parse(expression: string): Test {
  const tokens = expression.match(/[#:]?\w+|<>|[=<>(),]/g) ?? []
  const next = (): string => tokens.shift() ?? fail(expression)
  const operand = (): Operand => {
    const token = next()
    if (token.startsWith(':')) return (_, input) => valueAt(input, token)
    if (token.startsWith('#')) return (item, input) => item[nameAt(input, token)]
    return (item) => item[token]
  }

  const either = (): Test => {
    const each = [both()]
    while (tokens[0] === 'OR' && next()) each.push(both())
    return (item, input) => each.some((test) => test(item, input))
  }
  const both = (): Test => {
    const each = [term()]
    while (tokens[0] === 'AND' && next()) each.push(term())
    return (item, input) => each.every((test) => test(item, input))
  }
  const inside = <Result>(read: () => Result): Result => {
    next()
    const result = read()
    next()
    return result
  }
  const list = (): Operand[] => {
    const all = [operand()]
    while (tokens[0] === ',' && next()) all.push(operand())
    return all
  }
  const term = (): Test => {
    if (tokens[0] === '(') return inside(either)
    if (tokens[0] === 'attribute_not_exists' || tokens[0] === 'attribute_exists') {
      const exists = next() === 'attribute_exists'
      const value = inside(operand)
      return (item, input) => (value(item, input) !== undefined) === exists
    }
    if (tokens[0] === 'contains' && next()) {
      const [all = fail(expression), one = fail(expression)] = inside(list)
      return (item, input) => contains(all(item, input), one(item, input))
    }
    const left = operand()
    const comparison = next()
    if (comparison === 'BETWEEN') {
      const from = operand()
      next()
      const to = operand()
      return (item, input) => {
        const value = left(item, input)
        return !compare(value, '<', from(item, input)) && !compare(value, '>', to(item, input))
      }
    }
    if (comparison === 'IN') {
      const all = inside(list)
      return (item, input) => all.some((value) => equal(left(item, input), value(item, input)))
    }
    const right = operand()
    return (item, input) => compare(left(item, input), comparison, right(item, input))
  }
  return either()
}

/** In a test, each use of the global takes longer than the conversion. */
export const toNumber = Number

function compare(left: Value | undefined, comparison: string, right: Value | undefined): boolean {
  if (comparison === '=') return equal(left, right)
  if (comparison === '<>') return !equal(left, right)
  if (!left || !right || !('N' in left) || !('N' in right)) return false
  return comparison === '<' ? toNumber(left.N) < toNumber(right.N) : toNumber(left.N) > toNumber(right.N)
}

/** For lists only. DynamoDB also looks for a part of a string, but our code does not use that. */
function contains(list: Value | undefined, item: Value | undefined): boolean {
  return list !== undefined && 'L' in list && list.L.some((each) => equal(each, item))
}

function equal(left: Value | undefined, right: Value | undefined): boolean {
  if (left && right && 'S' in left && 'S' in right) return left.S === right.S
  return left !== undefined && JSON.stringify(left) === JSON.stringify(right)
}

function sum(left: Value, right: Value): Value {
  if ('N' in left && 'N' in right) return { N: String(Number(left.N) + Number(right.N)) }
  throw new Error('ADD needs numbers')
}

const nameAt = (input: Input, placeholder: string) =>
  (input.ExpressionAttributeNames as Record<string, string>)[placeholder] ?? fail(placeholder)

const valueAt = (input: Input, placeholder: string) =>
  (input.ExpressionAttributeValues as Record<string, Value>)[placeholder] ?? fail(placeholder)

function fail(expression: string): never {
  throw new Error(`the table in memory cannot parse ${expression}`)
}
