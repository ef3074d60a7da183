// The CloudWatch dashboard.

import { Aws, Duration } from 'aws-cdk-lib'
import { Dashboard, GraphWidget, type GraphWidgetProps, type Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { Metrics } from './metrics.ts'

export interface ImpersonationDashboardProps {
  metrics: Metrics
  /** The ids of the app clients, by their label in the graph. */
  clientIds: Record<string, string>
}

export class ImpersonationDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { metrics, clientIds }: ImpersonationDashboardProps) {
    // An account's dashboards are common to all its regions.
    const dashboardName = `${Aws.STACK_NAME}-${Aws.REGION}`
    super(scope, id, { dashboardName, defaultInterval: Duration.days(1) })
    const period = Duration.minutes(5)
    const faultCodes = [
      'TooManyRequests',
      'Unavailable',
      'TriggerRefused',
      'NextTriggerFailed',
      'TriggersDetached',
    ] as const
    this.addWidgets(
      graph('Impersonations by outcome', { left: [metrics.decisionsByOutcome(period)], stacked: true }),
      graph('API', {
        left: labelled({
          '4xx': metrics.apiErrors(period),
          '5xx': metrics.apiFaults(period),
          throttled: metrics.endpointThrottles(period),
        }),
      }),
      graph('Latency of the endpoint, ms', {
        left: ['p50', 'p95', 'p99'].map((stat) => metrics.latency(stat, period)),
      }),
    )
    this.addWidgets(
      graph('Triggers: errors, and runs on the right', {
        left: labelled({ errors: metrics.triggerErrors(period), throttled: metrics.triggerThrottles(period) }),
        right: labelled({ runs: metrics.triggerRuns(period) }),
      }),
      graph('Duration of the triggers, ms', {
        left: ['p50', 'p95', 'Maximum'].map((stat) => metrics.triggerDuration(stat, period)),
      }),
      graph('Faults of Cognito and DynamoDB', {
        left: [
          ...labelled(Object.fromEntries(faultCodes.map((code) => [code, metrics.outcomeCount(code, period)]))),
          ...Object.entries(clientIds).map(([name, clientId]) =>
            metrics.signInThrottles(clientId, period).with({ label: `throttled sign-ins of ${name}` }),
          ),
          metrics.tableFaults(period),
        ],
      }),
    )
    this.addWidgets(
      graph('Listing, reading and ending, by outcome', { left: [metrics.oversightByOutcome(period)], stacked: true }),
      graph('Introspection by outcome', { left: [metrics.introspectionByOutcome(period)], stacked: true }),
      graph('Faults of oversight and introspection', {
        left: labelled({
          oversight: metrics.oversightFaults(period),
          introspection: metrics.introspectionFaults(period),
        }),
      }),
    )
    if (metrics.events) {
      const { age, deadLetters } = metrics.events
      this.addWidgets(
        graph('Events: age in ms, and changes without an event on the right', {
          left: labelled({ age: age(period) }),
          right: labelled({ 'dead letters': deadLetters(period) }),
        }),
      )
    }
  }
}

function graph(title: string, props: GraphWidgetProps): GraphWidget {
  return new GraphWidget({ title, width: 8, ...props })
}

function labelled(metrics: Record<string, Metric>): Metric[] {
  return Object.entries(metrics).map(([label, metric]) => metric.with({ label }))
}
