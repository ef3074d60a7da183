// Writes a function's metrics to the log, where CloudWatch reads them (embedded metric format).

import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Code } from '../errors.ts'
import { decisions, faults, latency, namespace, outcome, refusals } from '../metric-names.ts'

/** A success of one of the routes. */
export type Outcome = 'issued' | 'prepared' | 'listed' | 'read' | 'approved' | 'ended' | 'active' | 'inactive'

/** How one request ended. */
export interface Decision {
  outcome: Outcome | Code
  /** The HTTP status of the response. */
  status: number
  milliseconds: number
}

/** @param functionName separates the metrics of one deployment from those of another. */
export function createCount(functionName: string) {
  // Powertools writes directly to standard output. Lambda would wrap a console line, and CloudWatch would not find the
  // metrics in it.
  const metrics = new Metrics({ namespace, serviceName: functionName })

  return function count(decision: Decision): void {
    const { status } = decision
    const failed = status >= 500 || decision.outcome === 'TooManyRequests'
    const refused = status >= 400 && !failed
    metrics.addDimension(outcome, decision.outcome).addMetric(decisions, MetricUnit.Count, 1).publishStoredMetrics()
    metrics
      .addMetric(latency, MetricUnit.Milliseconds, decision.milliseconds)
      .addMetric(refusals, MetricUnit.Count, Number(refused))
      .addMetric(faults, MetricUnit.Count, Number(failed))
      .publishStoredMetrics()
  }
}
