// Sends a custom resource's response to CloudFormation.

import type { CloudFormationCustomResourceResponse } from 'aws-lambda'
import { retry } from './retry.ts'

/** The longest response that CloudFormation accepts, bytes. */
const maxBytes = 4096
/** The longest that one try may take, ms. */
const timeout = 3_500

/** The host name of an S3 bucket: with a region, dual-stack, or without a region. */
const s3Host = /^[a-z0-9][a-z0-9.-]*\.s3(\.dualstack)?([.-][a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com$/

/**
 * Whether a response may go to this URL. CloudFormation's URLs are on Amazon S3.
 * @param env An emulator of AWS uses other URLs, and sets an AWS endpoint here. The stack never sets one.
 */
export function isResponseUrl(url: unknown, env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  if (env.AWS_ENDPOINT_URL || env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER) return true
  if (typeof url !== 'string' || !URL.canParse(url)) return false
  // `host` contains a port. With a name or a password in the URL, no response could be sent.
  const { protocol, host, username, password } = new URL(url)
  return protocol === 'https:' && s3Host.test(host) && !username && !password
}

/**
 * @param url pre-signed: anyone who has it can send a response, so it must not appear in a log or an error
 * @param pauses before each further try, ms
 * @throws Error if every try fails
 */
export async function answerCloudFormation(
  url: string,
  answer: CloudFormationCustomResourceResponse,
  pauses: readonly number[] = [200, 1_000],
): Promise<void> {
  const body = shortened(answer)
  await retry(() => put({ url, body }), { pauses })
}

async function put({ url, body }: { url: string; body: string }): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    // The signature of the URL covers an empty content type.
    headers: { 'content-type': '' },
    body,
    signal: AbortSignal.timeout(timeout),
  }).catch((error: Error) => {
    // Only the name: the message can contain the URL.
    throw notSent(error.name)
  })
  if (!response.ok) throw notSent(`status ${response.status}`)
}

function notSent(why: string): Error {
  return new Error(`The response could not be sent to CloudFormation: ${why}`)
}

/** The response as JSON. Cuts the reason if the response is too long. */
function shortened(answer: CloudFormationCustomResourceResponse): string {
  let body = JSON.stringify(answer)
  let { Reason } = answer as { Reason?: string }
  while (Reason && Buffer.byteLength(body) > maxBytes) {
    Reason = Reason.slice(0, Math.floor(Reason.length * 0.9))
    body = JSON.stringify({ ...answer, Reason: `${Reason}…` })
  }
  return body
}
