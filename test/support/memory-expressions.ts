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

/** Evaluates AND, OR, parentheses, comparisons, IN, BETWEEN, attribute_exists, attribute_not_exists and contains. AND binds tighter. */
export function holds(expression: string, item: Item, input: Input): boolean {
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
    if (first === 'contains') return inside(() => contains(operand(next()), operand(next() && next())))
    const left = operand(first)
    const comparison = next()
    if (comparison === 'BETWEEN') {
      const from = operand(next())
      next()
      return !compare(left, '<', from) && !compare(left, '>', operand(next()))
    }
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

/** For lists only. DynamoDB also looks for a part of a string, but our code does not use that. */
function contains(list: Value | undefined, item: Value | undefined): boolean {
  return list !== undefined && 'L' in list && list.L.some((each) => equal(each, item))
}

function equal(left: Value | undefined, right: Value | undefined): boolean {
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
