// What of a deployment is measured, by CloudWatch's names.

import type { Duration } from 'aws-cdk-lib'
import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import { MathExpression, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Code } from '../../lambda/errors.ts'
import { decisions, latency, namespace, outcome, refusals, service } from '../../lambda/metric-names.ts'

export interface Measured {
  api: RestApi
  endpoint: IFunction
  triggers: IFunction
  userPool: IUserPool
  records: Table
}

export type Metrics = ReturnType<typeof metricsOf>

const sum = (period: Duration) => ({ statistic: Stats.SUM, period })

/** All that there is of these metrics, when it is looked at. */
const search = (terms: string, period: Duration) =>
  new MathExpression({ expression: `SEARCH('${terms}', 'Sum', ${period.toSeconds()})`, label: '', period })

export function metricsOf({ api, endpoint, triggers, userPool, records }: Measured) {
  const dimensions = { [service]: endpoint.functionName }
  const ofEndpoint = (metricName: string, options: MetricOptions) =>
    new Metric({ namespace, metricName, dimensionsMap: dimensions, ...options })
  const byOutcome = `{${namespace},${service},${outcome}} MetricName="${decisions}" ${service}="${endpoint.functionName}"`
  const inTable = `{AWS/DynamoDB,TableName,Operation} MetricName=("SystemErrors" OR "ThrottledRequests") TableName="${records.tableName}"`

  return {
    /** How many requests ended in this outcome. */
    decided: (code: 'issued' | Code, period: Duration) =>
      ofEndpoint(decisions, { ...sum(period), dimensionsMap: { ...dimensions, [outcome]: code } }),
    /** One line an outcome that there has been. */
    decisions: (period: Duration) => search(byOutcome, period),
    refusals: (period: Duration) => ofEndpoint(refusals, sum(period)),
    latency: (statistic: string, period: Duration) => ofEndpoint(latency, { statistic, period }),

    apiErrors: (period: Duration) => api.deploymentStage.metricClientError(sum(period)),
    apiFaults: (period: Duration) => api.deploymentStage.metricServerError(sum(period)),
    endpointThrottles: (period: Duration) => endpoint.metricThrottles(sum(period)),

    triggerRuns: (period: Duration) => triggers.metricInvocations(sum(period)),
    triggerErrors: (period: Duration) => triggers.metricErrors(sum(period)),
    /** Of all runs, how many failed: 0 to 1. */
    triggerErrorRate: (period: Duration) => triggers.metricErrors({ statistic: Stats.AVERAGE, period }),
    triggerThrottles: (period: Duration) => triggers.metricThrottles(sum(period)),
    triggerDuration: (statistic: string, period: Duration) => triggers.metricDuration({ statistic, period }),

    /** Sign-ins that Cognito turned away. */
    signInThrottles: (clientId: string, period: Duration) =>
      new Metric({
        namespace: 'AWS/Cognito',
        metricName: 'SignInThrottles',
        dimensionsMap: { UserPool: userPool.userPoolId, UserPoolClient: clientId },
        ...sum(period),
      }),
    /** What DynamoDB failed to do or turned away, each operation by itself. */
    tableFaults: (period: Duration) => search(inTable, period),
  }
}
