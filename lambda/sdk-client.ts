// The configuration of the AWS SDK clients.

/** The modes are the SDK's defaults. If they were left out, each client would search for them in files first. */
export const sdkClientConfig = { maxAttempts: 3, retryMode: 'standard', defaultsMode: 'legacy' } as const
