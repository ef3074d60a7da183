// The CloudWatch metrics of a deployment.

import type { Duration } from 'aws-cdk-lib'
import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import { MathExpression, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Code } from '../../lambda/errors.ts'
import type { Outcome } from '../../lambda/http/metrics.ts'
import { decisions, faults, latency, namespace, outcome, refusals, service } from '../../lambda/metric-names.ts'

export interface MetricSources {
  api: RestApi
  endpoint: IFunction
  oversight: IFunction
  introspection: IFunction
  triggers: IFunction
  userPool: IUserPool
  records: Table
  /** Undefined: the deployment puts no events. */
  events: { function: IFunction; deadLetters: Queue } | undefined
}

export type Metrics = ReturnType<typeof metricsOf>

const sum = (period: Duration) => ({ statistic: Stats.SUM, period })

/** All metrics that match the terms. CloudWatch searches each time it shows the dashboard. */
const search = (terms: string, period: Duration) =>
  new MathExpression({ expression: `SEARCH('${terms}', 'Sum', ${period.toSeconds()})`, label: '', period })

export function metricsOf({
  api,
  endpoint,
  oversight,
  introspection,
  triggers,
  userPool,
  records,
  events,
}: MetricSources) {
  const own = (of: IFunction, metricName: string, options: MetricOptions) =>
    new Metric({
      namespace,
      metricName,
      ...options,
      dimensionsMap: { [service]: of.functionName, ...options.dimensionsMap },
    })
  const outcomeOf = (of: IFunction, code: Outcome | Code, period: Duration) =>
    own(of, decisions, { ...sum(period), dimensionsMap: { [outcome]: code } })
  /** All outcomes of a function that occurred, one graph line for each. */
  const outcomesOf = (of: IFunction, period: Duration) =>
    search(`{${namespace},${service},${outcome}} MetricName="${decisions}" ${service}="${of.functionName}"`, period)
  const tableFaultTerms = `{AWS/DynamoDB,TableName,Operation} MetricName=("SystemErrors" OR "ThrottledRequests") TableName="${records.tableName}"`

  return {
    /** The number of requests to the endpoint with this outcome. */
    outcomeCount: (code: 'issued' | Code, period: Duration) => outcomeOf(endpoint, code, period),
    decisionsByOutcome: (period: Duration) => outcomesOf(endpoint, period),
    oversightByOutcome: (period: Duration) => outcomesOf(oversight, period),
    introspectionByOutcome: (period: Duration) => outcomesOf(introspection, period),
    /** Requests that failed, or that a service throttled. */
    oversightFaults: (period: Duration) => own(oversight, faults, sum(period)),
    introspectionFaults: (period: Duration) => own(introspection, faults, sum(period)),
    refusals: (period: Duration) => own(endpoint, refusals, sum(period)),
    oversightRefusals: (period: Duration) => own(oversight, refusals, sum(period)),
    latency: (statistic: string, period: Duration) => own(endpoint, latency, { statistic, period }),

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
    events: events && {
      /** How long ago the last change happened that the function got, in ms. */
      age: (period: Duration) => events.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period }),
      deadLetters: (period: Duration) =>
        events.deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period }),
    },
    /** Requests that DynamoDB failed or throttled, one graph line for each operation. */
    tableFaults: (period: Duration) => search(tableFaultTerms, period),
  }
}
