// CloudFormation's intrinsic functions, as far as the template uses them.

export interface Scope {
  ref(name: string): unknown
  attribute(logicalId: string, name: string): string
  mapping(map: string, top: string, second: string): unknown
  condition(name: string): boolean
}

type Intrinsic = (argument: unknown, scope: Scope, resolve: (value: unknown) => unknown) => unknown

const intrinsics: Record<string, Intrinsic> = {
  Ref: (name, scope) => scope.ref(text('Ref', name)),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, ...name] = typeof argument === 'string' ? argument.split('.') : list('Fn::GetAtt', argument)
    return scope.attribute(text('Fn::GetAtt', logicalId), name.join('.'))
  },
  'Fn::Join': (argument, _scope, resolve) => {
    const [separator, parts] = list('Fn::Join', argument)
    return list('Fn::Join', resolve(parts)).map(String).join(text('Fn::Join', separator))
  },
  'Fn::Sub': (argument, scope, resolve) => {
    const [template, variables] = typeof argument === 'string' ? [argument, {}] : list('Fn::Sub', argument)
    return text('Fn::Sub', template).replace(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
      if (literal) return `\${${name}}`
      if (name in (variables as object)) return String(resolve((variables as Record<string, unknown>)[name]))
      const [logicalId = '', ...attribute] = name.split('.')
      return String(attribute.length > 0 ? scope.attribute(logicalId, attribute.join('.')) : scope.ref(name))
    })
  },
  'Fn::Select': (argument, _scope, resolve) => {
    const [index, items] = list('Fn::Select', argument)
    const item = list('Fn::Select', resolve(items))[Number(resolve(index))]
    if (item === undefined) throw new Error(`template: Fn::Select has no item ${String(index)}`)
    return item
  },
  'Fn::Split': (argument, _scope, resolve) => {
    const [separator, value] = list('Fn::Split', argument)
    return text('Fn::Split', resolve(value)).split(text('Fn::Split', separator))
  },
  'Fn::If': (argument, scope, resolve) => {
    const [name, yes, no] = list('Fn::If', argument)
    return resolve(scope.condition(text('Fn::If', name)) ? yes : no)
  },
  'Fn::FindInMap': (argument, scope, resolve) => {
    const [map, top, second] = list('Fn::FindInMap', resolve(argument)).map(String) as [string, string, string]
    const value = scope.mapping(map, top, second)
    if (value === undefined) throw new Error(`template: no ${map}.${top}.${second} in the mappings`)
    return value
  },
  'Fn::Base64': (argument, _scope, resolve) => Buffer.from(String(resolve(argument))).toString('base64'),
}

/** @throws Error naming the intrinsic function that is not known here. */
export function resolveValue(value: unknown, scope: Scope): unknown {
  const resolve = (inner: unknown) => resolveValue(inner, scope)
  if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== undefined)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [name, argument] = entries[0] ?? []
  if (entries.length === 1 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'))) {
    const intrinsic = intrinsics[name]
    if (!intrinsic) throw new Error(`template: the local run does not know the intrinsic function ${name}`)
    return intrinsic(argument, scope, resolve)
  }
  const resolved = entries.map(([key, inner]) => [key, resolve(inner)] as const)
  return Object.fromEntries(resolved.filter(([, inner]) => inner !== undefined))
}

/** @throws Error naming the condition function that is not known here. */
export function evaluateCondition(
  condition: unknown,
  scope: { value(value: unknown): unknown; condition(name: string): boolean },
): boolean {
  const evaluate = (inner: unknown) => evaluateCondition(inner, scope)
  const [name, argument] = Object.entries(condition as object)[0] ?? []
  switch (name) {
    case 'Condition':
      return scope.condition(text('Condition', argument))
    case 'Fn::Equals': {
      const [left, right] = list('Fn::Equals', argument).map((inner) => JSON.stringify(scope.value(inner)))
      return left === right
    }
    case 'Fn::Not':
      return !list('Fn::Not', argument).every(evaluate)
    case 'Fn::And':
      return list('Fn::And', argument).every(evaluate)
    case 'Fn::Or':
      return list('Fn::Or', argument).some(evaluate)
    default:
      throw new Error(`template: the local run does not know the condition function ${name}`)
  }
}

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new Error(`template: ${name} wants a string, not ${JSON.stringify(value)}`)
  return value
}

function list(name: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`template: ${name} wants a list, not ${JSON.stringify(value)}`)
  return value
}
