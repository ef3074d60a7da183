// Finds the method of the REST API for a request, with API Gateway's precedence.

import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'

export interface Route {
  resource: Resource
  /** For example `/auth/{proxy+}`. */
  resourcePath: string
  resourceId: string
  httpMethod: string
}

export interface Match {
  route: Route
  pathParameters: Record<string, string> | null
}

interface Node {
  id: string
  path: string
  children: Map<string, Node>
  methods: Map<string, Route>
}

export class Routes {
  readonly #root: Node

  /** @throws Error naming a resource without a parent, or a method without a resource */
  constructor(stack: Stack, api: Resource) {
    const createNode = (at: { id: string; path: string }): Node => ({ ...at, children: new Map(), methods: new Map() })
    this.#root = createNode({ id: stack.attribute(api.logicalId, 'RootResourceId'), path: '/' })
    const nodes = new Map([[this.#root.id, this.#root]])
    let remaining = stack.resources('AWS::ApiGateway::Resource')
    while (remaining.length > 0) {
      const withoutParent = remaining.filter((resource) => {
        expectOnly(resource, ['ParentId', 'PathPart', 'RestApiId'])
        const parent = nodes.get(String(resource.properties.ParentId))
        if (!parent) return true
        const part = String(resource.properties.PathPart)
        const node = createNode({ id: resource.id, path: `${parent.path === '/' ? '' : parent.path}/${part}` })
        parent.children.set(part, node)
        nodes.set(resource.id, node)
        return false
      })
      if (withoutParent.length === remaining.length)
        throw new Error(`template: ${withoutParent[0]?.logicalId} has no parent`)
      remaining = withoutParent
    }
    for (const resource of stack.resources('AWS::ApiGateway::Method')) {
      const { HttpMethod, ResourceId } = resource.properties
      const node = nodes.get(String(ResourceId))
      if (!node) throw new Error(`template: ${resource.logicalId} belongs to no resource`)
      const httpMethod = String(HttpMethod)
      node.methods.set(httpMethod, { resource, httpMethod, resourceId: node.id, resourcePath: node.path })
    }
  }

  all(): Route[] {
    const collect = (node: Node): Route[] => [...node.methods.values(), ...[...node.children.values()].flatMap(collect)]
    return collect(this.#root)
  }

  /** @param path below the stage, for example `/auth/impersonate` */
  find({ method, path }: { method: string; path: string }): Match | undefined {
    const segments = path.split('/').slice(1)
    if (segments.at(-1) === '') segments.pop()
    return findBelow(this.#root, segments, method, {})
  }
}

// A static part precedes {name}, and {name} precedes {name+}. If a match lacks the method, the next match is tried.
function findBelow(
  node: Node,
  segments: string[],
  method: string,
  parameters: Record<string, string>,
): Match | undefined {
  const [segment, ...rest] = segments
  if (segment === undefined) {
    const route = node.methods.get(method) ?? node.methods.get('ANY')
    return route && { route, pathParameters: Object.keys(parameters).length > 0 ? parameters : null }
  }
  const staticChild = node.children.get(segment)
  const found = staticChild && findBelow(staticChild, rest, method, parameters)
  if (found) return found
  for (const greedy of [false, true]) {
    for (const [part, child] of node.children) {
      const name = (greedy ? /^\{(.+)\+\}$/ : /^\{([^+]+)\}$/).exec(part)?.[1]
      if (name === undefined) continue
      const extended = { ...parameters, [name]: greedy ? segments.join('/') : segment }
      const match = findBelow(child, greedy ? [] : rest, method, extended)
      if (match) return match
    }
  }
  return undefined
}
