// Which method of the REST API a request is for: the template's resources, with API Gateway's precedence.

import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'

export interface Route {
  resource: Resource
  /** Such as `/auth/{proxy+}`. */
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

  constructor(stack: Stack, api: Resource) {
    const nodeOf = (id: string, path: string): Node => ({ id, path, children: new Map(), methods: new Map() })
    this.#root = nodeOf(stack.attribute(api.logicalId, 'RootResourceId'), '/')
    const nodes = new Map([[this.#root.id, this.#root]])
    let left = stack.resources('AWS::ApiGateway::Resource')
    while (left.length > 0) {
      const later = left.filter((resource) => {
        expectOnly(resource, ['ParentId', 'PathPart', 'RestApiId'])
        const parent = nodes.get(String(resource.properties.ParentId))
        if (!parent) return true
        const part = String(resource.properties.PathPart)
        const node = nodeOf(resource.id, `${parent.path === '/' ? '' : parent.path}/${part}`)
        parent.children.set(part, node)
        nodes.set(resource.id, node)
        return false
      })
      if (later.length === left.length) throw new Error(`template: ${later[0]?.logicalId} has no parent`)
      left = later
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

  /** @param path below the stage, such as `/auth/impersonate` */
  find(method: string, path: string): Match | undefined {
    const segments = path.split('/').slice(1)
    if (segments.at(-1) === '') segments.pop()
    return find(this.#root, segments, method, {})
  }
}

// A static part goes before {name}, and {name} before {name+}. Path and method are matched together: where the closest
// resource lacks the method, the next one is tried.
function find(node: Node, segments: string[], method: string, parameters: Record<string, string>): Match | undefined {
  const [segment, ...rest] = segments
  if (segment === undefined) {
    const route = node.methods.get(method) ?? node.methods.get('ANY')
    return route && { route, pathParameters: Object.keys(parameters).length > 0 ? parameters : null }
  }
  const fixed = node.children.get(segment)
  const found = fixed && find(fixed, rest, method, parameters)
  if (found) return found
  for (const greedy of [false, true]) {
    for (const [part, child] of node.children) {
      const name = (greedy ? /^\{(.+)\+\}$/ : /^\{([^+]+)\}$/).exec(part)?.[1]
      if (name === undefined) continue
      const taken = { ...parameters, [name]: greedy ? segments.join('/') : segment }
      const match = find(child, greedy ? [] : rest, method, taken)
      if (match) return match
    }
  }
  return undefined
}
