// Turns an error into a log entry without secrets.

import { ImpersonationError } from './errors.ts'

/**
 * @returns the names and numbers of an error, and its message if this project or an AWS service wrote it. A parser's
 * message may quote its input, e.g. a token. An AWS message may too, so everything that looks like a secret is cut out.
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
 * Tokens, grants, Cognito sessions, secret hashes and client secrets have at least 43 of these characters in a row
 * (32 bytes in base64). Ids and names are shorter, except in an ARN, which has its own pattern.
 */
const arnOrSecret = /(arn:aws[\w/:.-]+)|[\w+/=.%\\-]{40,}/g

function withoutSecrets(message: string): string {
  return message.replace(arnOrSecret, (_, arn?: string) => arn ?? '[cut]')
}
