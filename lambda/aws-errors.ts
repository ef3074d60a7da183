// What is told from an error of the AWS SDK: never its message.

/** The exception's name, which is what AWS documents. */
export function errorName(error: unknown): string {
  return String(Object(error).name)
}

/** Whether AWS blames the call. Anything else may also mean that the answer was lost. */
export function isClientFault(error: unknown): boolean {
  return Object(error).$fault === 'client'
}
