// What may be logged of an error: nothing secret.

import { ImpersonationError } from './errors.ts'

/**
 * What of a fault may be logged: names and numbers. A message only where it is ours or AWS wrote it as a service's
 * error, since a parser's can quote what it was given, a token included. AWS's can too: what looks like one is cut.
 */
export function loggable(thrown: unknown): Record<string, unknown> | undefined {
  if (thrown === undefined) return undefined
  if (!(thrown instanceof Error)) return { name: typeof thrown }
  const { name, message, code, $fault, $metadata, cause } = thrown as Error & {
    code?: unknown
    $fault?: unknown
    $metadata?: { httpStatusCode?: number; requestId?: string; attempts?: number }
  }
  const written = thrown instanceof ImpersonationError || $fault !== undefined
  return {
    name,
    code,
    message: written ? withoutSecrets(message) : undefined,
    awsRequestId: $metadata?.requestId,
    awsStatus: $metadata?.httpStatusCode,
    attempts: $metadata?.attempts,
    cause: loggable(cause),
  }
}

/**
 * Tokens, grants, Sessions, secret hashes and client secrets are all runs of 43 and more of these characters (32 bytes
 * in base64, or an id and a dot before them). Ids and names are shorter, but for those in an ARN, told by its form.
 */
const arnOrSecret = /(arn:aws[\w/:.-]+)|[\w+/=.%\\-]{40,}/g

function withoutSecrets(message: string): string {
  return message.replace(arnOrSecret, (_, arn?: string) => arn ?? '[cut]')
}
