// Counts the endpoint's decisions for CloudWatch, which reads them from the function's log (embedded metric format).

import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Code } from '../../errors.ts'
import { decisions, latency, namespace, outcome, refusals } from '../../metric-names.ts'

export interface Decision {
  outcome: 'issued' | Code
  status: number
  milliseconds: number
}

/** @param functionName tells the metrics of one deployment from another's. */
export function createCount(functionName: string) {
  // Writes to standard output itself: a line that went through the console would be wrapped, and not be found.
  const metrics = new Metrics({ namespace, serviceName: functionName })

  return function count(decision: Decision): void {
    const { status } = decision
    const refused = status >= 400 && status < 500 && status !== 429
    metrics.addDimension(outcome, decision.outcome).addMetric(decisions, MetricUnit.Count, 1).publishStoredMetrics()
    metrics
      .addMetric(latency, MetricUnit.Milliseconds, decision.milliseconds)
      .addMetric(refusals, MetricUnit.Count, Number(refused))
      .publishStoredMetrics()
  }
}
