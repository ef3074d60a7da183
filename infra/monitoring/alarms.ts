// What somebody must be told of. RUNBOOK.md has an entry for each.

import { Aws, Duration } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { Metrics } from './metrics.ts'

const { minutes } = Duration

export interface AlarmRule {
  metric: Metric
  /** The least value that is too much. */
  threshold: number
  /** What it means. */
  means: string
}

/** Each looks at one period by itself: a single bad one is enough. */
export function alarmRules(metrics: Metrics, { alarmRefusals }: { alarmRefusals: number }): Record<string, AlarmRule> {
  return {
    TriggersFailing: {
      // A trigger that refuses an impersonation fails too, and Cognito may run it three times, but four runs went well
      // before it. Half of all runs means that the triggers are broken.
      metric: metrics.triggerErrorRate(minutes(1)),
      threshold: 0.5,
      means: 'The triggers fail: people cannot sign in to the user pool.',
    },
    TriggersThrottled: {
      metric: metrics.triggerThrottles(minutes(1)),
      threshold: 1,
      means: 'Lambda has no room for the triggers: some people cannot sign in to the user pool.',
    },
    TriggersSlow: {
      // Cognito waits for 5 s. An ordinary sign-in's trigger takes some milliseconds.
      metric: metrics.triggerDuration('p95', minutes(5)),
      threshold: 1_500,
      means: 'The triggers are slow: sign-ins to the user pool take long, and may soon fail.',
    },
    TokensUnfit: {
      metric: metrics.decided('TokensUnfit', minutes(1)),
      threshold: 1,
      means: 'Cognito issued tokens that were not fit to hand over: the pool does not run its triggers as it should.',
    },
    TriggersDetached: {
      metric: metrics.decided('TriggersDetached', minutes(1)),
      threshold: 1,
      means: 'The user pool does not run its triggers: nobody can impersonate until they are put back.',
    },
    EndpointFaults: {
      metric: metrics.apiFaults(minutes(5)),
      threshold: 3,
      means: 'The API answers with 5xx.',
    },
    EndpointThrottled: {
      metric: metrics.endpointThrottles(minutes(1)),
      threshold: 1,
      means: 'Lambda has no room for the endpoint, or it is switched off.',
    },
    CognitoThrottling: {
      metric: metrics.decided('TooManyRequests', minutes(5)),
      threshold: 5,
      means: 'Cognito gets more calls than its quota allows: ordinary sign-ins may suffer too.',
    },
    RefusalsAboveNormal: {
      metric: metrics.refusals(minutes(15)),
      threshold: alarmRefusals,
      means:
        'More callers are refused than usual: something is set up wrongly, or somebody is trying what they may not.',
    },
  }
}

export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: { rules: Record<string, AlarmRule>; topic: ITopic }) {
    super(scope, id)
    for (const [name, { metric, threshold, means }] of Object.entries(props.rules)) {
      new Alarm(this, name, {
        alarmName: `${Aws.STACK_NAME}-${name}`,
        alarmDescription: `${means} What to do: RUNBOOK.md, "${name}".`,
        metric,
        threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        // No requests, no data, no fault.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(new SnsAction(props.topic))
    }
  }
}
