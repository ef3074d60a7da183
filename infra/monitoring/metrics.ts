// The CloudWatch metrics of a deployment.

import type { Duration } from 'aws-cdk-lib'
import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import { MathExpression, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Code } from '../../lambda/errors.ts'
import { decisions, latency, namespace, outcome, refusals, service } from '../../lambda/metric-names.ts'

export interface MetricSources {
  api: RestApi
  endpoint: IFunction
  triggers: IFunction
  userPool: IUserPool
  records: Table
}

export type Metrics = ReturnType<typeof metricsOf>

const sum = (period: Duration) => ({ statistic: Stats.SUM, period })

/** All metrics that match the terms. CloudWatch searches each time it shows the dashboard. */
const search = (terms: string, period: Duration) =>
  new MathExpression({ expression: `SEARCH('${terms}', 'Sum', ${period.toSeconds()})`, label: '', period })

export function metricsOf({ api, endpoint, triggers, userPool, records }: MetricSources) {
  const dimensions = { [service]: endpoint.functionName }
  const endpointMetric = (metricName: string, options: MetricOptions) =>
    new Metric({ namespace, metricName, dimensionsMap: dimensions, ...options })
  const decisionTerms = `{${namespace},${service},${outcome}} MetricName="${decisions}" ${service}="${endpoint.functionName}"`
  const tableFaultTerms = `{AWS/DynamoDB,TableName,Operation} MetricName=("SystemErrors" OR "ThrottledRequests") TableName="${records.tableName}"`

  return {
    /** The number of requests with this outcome. */
    outcomeCount: (code: 'issued' | Code, period: Duration) =>
      endpointMetric(decisions, { ...sum(period), dimensionsMap: { ...dimensions, [outcome]: code } }),
    /** One graph line for each outcome that occurred. */
    decisionsByOutcome: (period: Duration) => search(decisionTerms, period),
    refusals: (period: Duration) => endpointMetric(refusals, sum(period)),
    latency: (statistic: string, period: Duration) => endpointMetric(latency, { statistic, period }),

    apiErrors: (period: Duration) => api.deploymentStage.metricClientError(sum(period)),
    apiFaults: (period: Duration) => api.deploymentStage.metricServerError(sum(period)),
    endpointThrottles: (period: Duration) => endpoint.metricThrottles(sum(period)),

    triggerRuns: (period: Duration) => triggers.metricInvocations(sum(period)),
    triggerErrors: (period: Duration) => triggers.metricErrors(sum(period)),
    /** The failed share of all runs, 0 to 1. */
    triggerErrorRate: (period: Duration) => triggers.metricErrors({ statistic: Stats.AVERAGE, period }),
    triggerThrottles: (period: Duration) => triggers.metricThrottles(sum(period)),
    triggerDuration: (statistic: string, period: Duration) => triggers.metricDuration({ statistic, period }),

    /** Sign-ins that Cognito throttled. */
    signInThrottles: (clientId: string, period: Duration) =>
      new Metric({
        namespace: 'AWS/Cognito',
        metricName: 'SignInThrottles',
        dimensionsMap: { UserPool: userPool.userPoolId, UserPoolClient: clientId },
        ...sum(period),
      }),
    /** Requests that DynamoDB failed or throttled, one graph line for each operation. */
    tableFaults: (period: Duration) => search(tableFaultTerms, period),
  }
}
