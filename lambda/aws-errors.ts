// Classifies AWS SDK errors by name and fault, never by message.

/** The exception's name, as AWS documents it. */
export function errorName(error: unknown): string {
  return String(Object(error).name)
}

/** Whether AWS rejected the call. After any other error, the call may have succeeded without a response. */
export function isClientFault(error: unknown): boolean {
  return Object(error).$fault === 'client'
}
