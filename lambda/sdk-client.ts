// How the AWS SDK's clients call.

/** The modes are the SDK's own: left out, each client looks for them in files that Lambda does not have. */
export const sdkClientConfig = { maxAttempts: 3, retryMode: 'standard', defaultsMode: 'legacy' } as const
