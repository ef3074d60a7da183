// The alarms. RUNBOOK.md has an entry for each.

import { Aws, Duration } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { Settings } from '../settings/settings.ts'
import type { Metrics } from './metrics.ts'

const { hours, minutes } = Duration

export interface AlarmRule {
  metric: Metric
  /** The metric's lowest value that raises the alarm. */
  threshold: number
  /** One sentence for the alarm's description. */
  meaning: string
}

/** One period at or above the threshold raises an alarm. */
export function alarmRules(
  metrics: Metrics,
  { alarmRefusals, alarmImpersonations }: Pick<Settings, 'alarmRefusals' | 'alarmImpersonations'>,
): Record<string, AlarmRule> {
  return {
    TriggersFailing: {
      // A refused impersonation has four successful runs, and then one that fails. Cognito may run the failing trigger three
      // times, so refusals are at most three of seven runs. If half of the runs fail, the triggers are probably broken.
      metric: metrics.triggerErrorRate(minutes(1)),
      threshold: 0.5,
      meaning: 'The triggers fail, and people cannot sign in to the user pool.',
    },
    TriggersThrottled: {
      metric: metrics.triggerThrottles(minutes(1)),
      threshold: 1,
      meaning: 'Lambda throttles the triggers, and some people cannot sign in to the user pool.',
    },
    TriggersSlow: {
      // Milliseconds. Cognito waits 5 s; at an ordinary sign-in, a trigger takes a few milliseconds.
      metric: metrics.triggerDuration('p95', minutes(5)),
      threshold: 1_500,
      meaning: 'The triggers are slow. Sign-ins to the user pool take long and may soon fail.',
    },
    TokensUnfit: {
      metric: metrics.outcomeCount('TokensUnfit', minutes(1)),
      threshold: 1,
      meaning:
        'Cognito issued tokens that the endpoint had to discard: the user pool does not run the triggers correctly.',
    },
    TriggersDetached: {
      metric: metrics.outcomeCount('TriggersDetached', minutes(1)),
      threshold: 1,
      meaning: 'The user pool does not run the triggers. Nobody can impersonate until they are attached again.',
    },
    EndpointFaults: {
      metric: metrics.apiFaults(minutes(5)),
      threshold: 3,
      meaning: 'The API responds with 5xx.',
    },
    EndpointThrottled: {
      metric: metrics.endpointThrottles(minutes(1)),
      threshold: 1,
      meaning: 'Lambda throttles the endpoint, or somebody switched the endpoint off.',
    },
    CognitoThrottling: {
      metric: metrics.outcomeCount('TooManyRequests', minutes(5)),
      threshold: 5,
      meaning:
        'Cognito throttles the endpoint, since the calls exceed a quota of the account. Ordinary sign-ins may fail, too.',
    },
    OversightFaults: {
      metric: metrics.oversightFaults(minutes(5)),
      threshold: 3,
      meaning: 'Listing, reading and ending impersonations fails.',
    },
    IntrospectionFaults: {
      metric: metrics.introspectionFaults(minutes(5)),
      threshold: 3,
      meaning: 'Introspection fails. Apps that introspect refuse impersonated sessions.',
    },
    RefusalsAboveNormal: {
      metric: metrics.refusals(minutes(15)),
      threshold: alarmRefusals,
      meaning:
        'More requests are refused than usual: a client is misconfigured, or somebody is trying to get unauthorized access.',
    },
    OversightRefusals: {
      metric: metrics.oversightRefusals(minutes(15)),
      threshold: alarmRefusals,
      meaning:
        'More requests to see or end impersonations are refused than usual: a client is misconfigured, or somebody is trying to see what is not theirs.',
    },
    ImpersonationsAboveNormal: {
      metric: metrics.outcomeCount('issued', hours(1)),
      threshold: alarmImpersonations,
      meaning: 'There are more impersonations than usual: perhaps somebody is reading the data of many users.',
    },
    ActorLimitReached: {
      metric: metrics.outcomeCount('ActorLimit', minutes(15)),
      threshold: 1,
      meaning: 'An actor has reached the limit of impersonations (actorLimit).',
    },
    ...(metrics.events && eventRules(metrics.events)),
  }
}

function eventRules(metrics: NonNullable<Metrics['events']>): Record<string, AlarmRule> {
  return {
    EventsFailing: {
      metric: metrics.deadLetters(minutes(5)),
      threshold: 1,
      meaning: 'Some changes of impersonations have no event.',
    },
    EventsLate: {
      // Milliseconds.
      metric: metrics.age(minutes(1)),
      threshold: 300_000,
      meaning: 'The events of impersonations are more than 5 minutes late. After 23 hours they are given up.',
    },
  }
}

export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: { rules: Record<string, AlarmRule>; topic: ITopic }) {
    super(scope, id)
    for (const [name, { metric, threshold, meaning }] of Object.entries(props.rules)) {
      new Alarm(this, name, {
        alarmName: `${Aws.STACK_NAME}-${name}`,
        alarmDescription: `${meaning} What to do: RUNBOOK.md, "${name}".`,
        metric,
        threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        // Without requests, the metrics have no data.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(new SnsAction(props.topic))
    }
  }
}
