// CloudFormation's intrinsic functions that the template uses.

export interface Scope {
  ref(name: string): unknown
  attribute(logicalId: string, name: string): string
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
}

/**
 * Replaces the intrinsic functions in a value.
 * @throws Error naming an unknown intrinsic function
 */
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

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new Error(`template: ${name} needs a string, not ${JSON.stringify(value)}`)
  return value
}

function list(name: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`template: ${name} needs a list, not ${JSON.stringify(value)}`)
  return value
}
