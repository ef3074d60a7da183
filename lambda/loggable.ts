// Turns an error into a log entry without secrets.

import { ImpersonationError } from './errors.ts'

/**
 * Keeps an error's names and numbers. Keeps its message only if this project or an AWS service wrote it: the message of
 * a parser may quote its input, e.g. a token. An AWS message may do so too, so text that looks like a secret is cut out.
 */
export function loggable(thrown: unknown): Record<string, unknown> | undefined {
  if (thrown === undefined) return undefined
  if (!(thrown instanceof Error)) return { name: typeof thrown }
  const { name, message, code, $fault, $metadata, cause } = thrown as Error & {
    code?: unknown
    $fault?: unknown
    $metadata?: { httpStatusCode?: number; requestId?: string; attempts?: number }
  }
  const hasSafeAuthor = thrown instanceof ImpersonationError || $fault !== undefined
  return {
    name,
    code,
    message: hasSafeAuthor ? withoutSecrets(message) : undefined,
    awsRequestId: $metadata?.requestId,
    awsStatus: $metadata?.httpStatusCode,
    attempts: $metadata?.attempts,
    cause: loggable(cause),
  }
}

/**
 * Tokens, grants, Cognito sessions, secret hashes and the client secrets that Cognito makes have at least 43 of these
 * characters in a row (32 bytes in base64). Ids are shorter. A long name is cut too. An ARN is kept.
 */
const arnOrSecret = /(arn:aws[\w/:.-]+)|[\w+/=.%\\-]{40,}/g

/** A text without everything that looks like a secret. */
export function withoutSecrets(message: string): string {
  return message.replace(arnOrSecret, (_, arn?: string) => arn ?? '[cut]')
}
