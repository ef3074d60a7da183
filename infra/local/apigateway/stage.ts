// The stage of the REST API, and the throttles of its methods.

import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'
import type { Clock, Throttle } from './limits.ts'
import type { Route } from './routes.ts'
import { createThrottle, getOrCreate } from './usage-plans.ts'

interface MethodSetting {
  HttpMethod: string
  ResourcePath: string
  ThrottlingRateLimit?: number
  ThrottlingBurstLimit?: number
  CachingEnabled?: boolean
}

export class Stage {
  readonly name: string
  readonly #settings: MethodSetting[]
  readonly #throttles = new Map<string, Throttle>()
  readonly #now: Clock

  /** @throws Error if the API has no stage, several stages, or a cache */
  constructor(stack: Stack, api: Resource, now: Clock) {
    const stages = stack.resources('AWS::ApiGateway::Stage').filter(({ properties }) => properties.RestApiId === api.id)
    const [stage] = stages
    if (!stage || stages.length > 1) throw new Error(`template: ${api.logicalId} has ${stages.length} stages, not one`)
    expectOnly(stage, [
      'AccessLogSetting',
      'DeploymentId',
      'Description',
      'MethodSettings',
      'RestApiId',
      'StageName',
      'Tags',
      'TracingEnabled',
    ])
    this.name = stage.id
    this.#settings = (stage.properties.MethodSettings ?? []) as MethodSetting[]
    this.#now = now
    if (this.#settings.some(({ CachingEnabled }) => CachingEnabled)) {
      throw new Error(`template: ${stage.logicalId} has a cache, which the local run does not know`)
    }
  }

  /** Counts a request for this method; false if it exceeds the limit. */
  admit(route: Route): boolean {
    const setting =
      this.#settings.find(({ HttpMethod, ResourcePath }) => {
        return (HttpMethod === '*' || HttpMethod === route.httpMethod) && decode(ResourcePath) === route.resourcePath
      }) ?? this.#settings.find(({ HttpMethod, ResourcePath }) => HttpMethod === '*' && ResourcePath === '/*')
    const { ThrottlingRateLimit, ThrottlingBurstLimit } = setting ?? {}
    if (ThrottlingRateLimit === undefined && ThrottlingBurstLimit === undefined) return true
    const limit = { RateLimit: ThrottlingRateLimit, BurstLimit: ThrottlingBurstLimit }
    const key = `${route.httpMethod} ${route.resourcePath}`
    return getOrCreate(this.#throttles, key, () => createThrottle(limit, this.#now)).admit()
  }
}

// CloudFormation accepts both `/~1auth~1impersonate` and `/auth~1impersonate`.
function decode(resourcePath: string): string {
  return resourcePath.replaceAll('~1', '/').replace(/^\/\//, '/')
}
