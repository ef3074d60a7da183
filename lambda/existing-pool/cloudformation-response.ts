// Puts a custom resource's answer where CloudFormation waits for it.

import { setTimeout as sleep } from 'node:timers/promises'
import type { CloudFormationCustomResourceResponse } from 'aws-lambda'

/** CloudFormation takes no more, bytes. */
const mostBytes = 4096
/** How long one try may take, ms. */
const timeout = 3_500

/**
 * @param url pre-signed: whoever reads it can answer, so it is in no message.
 * @param pauses before each further try, ms
 * @throws Error where CloudFormation can't be reached.
 */
export async function answerCloudFormation(
  url: string,
  answer: CloudFormationCustomResourceResponse,
  pauses: readonly number[] = [200, 1_000],
): Promise<void> {
  const body = cut(answer)
  let failure = ''
  for (const pause of [...pauses, undefined]) {
    try {
      // The signature covers an empty content type.
      const response = await fetch(url, {
        method: 'PUT',
        headers: { 'content-type': '' },
        body,
        signal: AbortSignal.timeout(timeout),
      })
      if (response.ok) return
      failure = `status ${response.status}`
    } catch (error) {
      failure = (error as Error).name
    }
    if (pause !== undefined) await sleep(pause)
  }
  throw new Error(`CloudFormation could not be answered: ${failure}`)
}

function cut(answer: CloudFormationCustomResourceResponse): string {
  let body = JSON.stringify(answer)
  let { Reason } = answer as { Reason?: string }
  while (Reason && Buffer.byteLength(body) > mostBytes) {
    Reason = Reason.slice(0, Math.floor(Reason.length * 0.9))
    body = JSON.stringify({ ...answer, Reason: `${Reason}…` })
  }
  return body
}
