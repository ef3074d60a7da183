// The stage that the REST API is deployed to, and the throttles of its methods.

import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'
import type { Clock, Throttle } from './limits.ts'
import type { Route } from './routes.ts'
import { obtain, throttleOf } from './usage-plans.ts'

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

  constructor(stack: Stack, api: Resource, now: Clock) {
    const stages = stack.resources('AWS::ApiGateway::Stage').filter(({ properties }) => properties.RestApiId === api.id)
    const [stage] = stages
    if (!stage || stages.length > 1) throw new Error(`template: ${stages.length} stages of ${api.logicalId}, not one`)
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
      throw new Error(`template: ${stage.logicalId} caches answers, which the local run does not know`)
    }
  }

  /** Counts a request for a method, each method by itself; false when it is one too many. */
  admit(route: Route): boolean {
    const setting =
      this.#settings.find(({ HttpMethod, ResourcePath }) => {
        return (HttpMethod === '*' || HttpMethod === route.httpMethod) && decode(ResourcePath) === route.resourcePath
      }) ?? this.#settings.find(({ HttpMethod, ResourcePath }) => HttpMethod === '*' && ResourcePath === '/*')
    const { ThrottlingRateLimit, ThrottlingBurstLimit } = setting ?? {}
    if (ThrottlingRateLimit === undefined && ThrottlingBurstLimit === undefined) return true
    const limit = { RateLimit: ThrottlingRateLimit, BurstLimit: ThrottlingBurstLimit }
    return obtain(this.#throttles, `${route.httpMethod} ${route.resourcePath}`, () =>
      throttleOf(limit, this.#now),
    ).admit()
  }
}

// `/~1auth~1impersonate` or `/auth~1impersonate`: CloudFormation takes both.
function decode(resourcePath: string): string {
  return resourcePath.replaceAll('~1', '/').replace(/^\/\//, '/')
}
