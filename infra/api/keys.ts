// The API keys and their usage plans: one plan for the customers, one for the resource servers.

import { ApiKey, type IApiKey, Period, type RestApi, type UsagePlanProps } from 'aws-cdk-lib/aws-apigateway'
import { outputName } from '../settings/read-settings.ts'
import type { Settings } from '../settings/settings.ts'

/** The API keys, by the name of the customer or resource server. */
export type Keys = Record<string, IApiKey>

export interface KeysProps extends Pick<Settings, 'customers' | 'resourceServers' | 'throttle' | 'quota'> {
  /** The names of plans and keys begin with it. */
  name: string
}

/** Limit of each resource server. No quota: without introspection, an API refuses every impersonated session. */
const resourceServerThrottle = { rateLimit: 50, burstLimit: 100 }

/** API Gateway accepts each key on every route that requires one. The functions compare the key's id. */
export function addKeys(api: RestApi, props: KeysProps): { customers: Keys; resourceServers: Keys } {
  const { name, customers, resourceServers, throttle, quota } = props
  return {
    customers: addPlan(api, {
      prefix: '',
      names: customers,
      plan: {
        name,
        throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
        quota: { limit: quota.limit, period: Period[quota.period] },
      },
      keyName: (customer) => `${name}-${customer}`,
    }),
    resourceServers: addPlan(api, {
      prefix: 'ResourceServer',
      names: resourceServers,
      plan: { name: `${name}-resource-servers`, throttle: resourceServerThrottle },
      keyName: (resourceServer) => `${name}-${resourceServer}`,
    }),
  }
}

/** @param prefix of the construct ids. They must not change: CloudFormation would replace the keys. */
function addPlan(
  api: RestApi,
  options: { prefix: string; names: string[]; plan: UsagePlanProps; keyName: (name: string) => string },
): Keys {
  const { prefix, names, keyName } = options
  const plan = api.addUsagePlan(`${prefix}Plan`, { ...options.plan, apiStages: [{ stage: api.deploymentStage }] })
  const keys = names.map((name) => {
    const key = new ApiKey(api, `${prefix}Key${outputName(name)}`, { apiKeyName: keyName(name) })
    plan.addApiKey(key)
    return [name, key] as const
  })
  return Object.fromEntries(keys)
}
