// API keys and usage plans: check a request's key, and count the request.

import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'
import { GatewayError } from './gateway-error.ts'
import { type HttpRequest, headerOf } from './http-messages.ts'
import { type Clock, type Period, Quota, Throttle } from './limits.ts'
import type { Route } from './routes.ts'

export interface ApiKey {
  id: string
  logicalId: string
  name: string
  value: string
}

interface Limit {
  RateLimit?: number | undefined
  BurstLimit?: number | undefined
}

interface Plan {
  id: string
  keyIds: Set<string>
  /** The throttles by `/path/METHOD`; undefined if the plan does not cover the stage. */
  methods: Record<string, Limit> | undefined
  throttle: Limit | undefined
  quota: { Limit: number; Period: Period } | undefined
}

// The defaults of an account ("Amazon API Gateway quotas").
const accountRate = 10_000
const accountBurst = 5_000

export class UsagePlans {
  readonly keys: readonly ApiKey[]
  readonly #plans: Plan[]
  readonly #now: Clock
  readonly #throttles = new Map<string, Throttle>()
  readonly #quotas = new Map<string, Quota>()

  /** @param keyValue makes the value of a key that has no Value in the template, by the key's id */
  constructor(stack: Stack, stage: { apiId: string; name: string }, keyValue: (id: string) => string, now: Clock) {
    this.#now = now
    this.keys = stack.resources('AWS::ApiGateway::ApiKey').flatMap((resource) => readKey(resource, keyValue))
    this.#plans = readPlans(stack, stage)
  }

  /**
   * Checks the key of the request and counts the request.
   * @throws GatewayError if the key is missing, is not valid for this stage, or exceeds its throttle or quota
   */
  admit(request: HttpRequest, route: Route): ApiKey {
    const value = headerOf(request, 'x-api-key')
    const key = this.keys.find((candidate) => candidate.value === value)
    const plan = key && this.#plans.find(({ methods, keyIds }) => methods !== undefined && keyIds.has(key.id))
    if (!plan) throw new GatewayError('invalidApiKey')
    const method = `${route.resourcePath}/${route.httpMethod}`
    const methodLimit = plan.methods?.[method]
    const throttle = methodLimit
      ? this.#throttle(`${plan.id} ${key.id} ${method}`, methodLimit)
      : this.#throttle(`${plan.id} ${key.id}`, plan.throttle)
    if (throttle && !throttle.admit()) throw new GatewayError('throttled')
    const quota = this.#quota(`${plan.id} ${key.id}`, plan.quota)
    if (quota && !quota.admit()) throw new GatewayError('quotaExceeded')
    return key
  }

  #throttle(name: string, limit: Limit | undefined): Throttle | undefined {
    return limit && getOrCreate(this.#throttles, name, () => createThrottle(limit, this.#now))
  }

  #quota(name: string, limit: Plan['quota']): Quota | undefined {
    return limit && getOrCreate(this.#quotas, name, () => new Quota(Number(limit.Limit), limit.Period, this.#now))
  }
}

export function createThrottle(limit: Limit, now: Clock): Throttle {
  const { RateLimit = accountRate, BurstLimit = accountBurst } = limit
  return new Throttle({ rate: Number(RateLimit), burst: Number(BurstLimit), now })
}

export function getOrCreate<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const value = map.get(key) ?? create()
  map.set(key, value)
  return value
}

function readKey(resource: Resource, keyValue: (id: string) => string): ApiKey[] {
  expectOnly(resource, ['CustomerId', 'Description', 'Enabled', 'Name', 'Tags', 'Value'])
  const { Enabled, Name, Value } = resource.properties
  if (Enabled !== true) return []
  const value = Value === undefined ? keyValue(resource.id) : String(Value)
  if (value.length < 20 || value.length > 128) {
    throw new Error(`template: the value of ${resource.logicalId} has ${value.length} characters, not 20 to 128`)
  }
  return [{ id: resource.id, logicalId: resource.logicalId, name: String(Name ?? resource.id), value }]
}

function readPlans(stack: Stack, stage: { apiId: string; name: string }): Plan[] {
  const memberships = stack.resources('AWS::ApiGateway::UsagePlanKey').map((resource) => {
    expectOnly(resource, ['KeyId', 'KeyType', 'UsagePlanId'])
    return resource.properties
  })
  return stack.resources('AWS::ApiGateway::UsagePlan').map((resource) => {
    expectOnly(resource, ['ApiStages', 'Description', 'Quota', 'Tags', 'Throttle', 'UsagePlanName'])
    const { ApiStages, Quota, Throttle } = resource.properties
    const stages = (ApiStages ?? []) as { ApiId: string; Stage: string; Throttle?: Record<string, Limit> }[]
    const coverage = stages.find(({ ApiId, Stage }) => ApiId === stage.apiId && Stage === stage.name)
    const members = memberships.filter(({ UsagePlanId }) => UsagePlanId === resource.id)
    return {
      id: resource.id,
      keyIds: new Set(members.map(({ KeyId }) => String(KeyId))),
      methods: coverage && (coverage.Throttle ?? {}),
      throttle: Throttle as Limit | undefined,
      quota: Quota as Plan['quota'],
    }
  })
}
