// The configuration of the AWS SDK clients.

/** These are the SDK's defaults. Without them, each client first searches configuration files for them. */
export const sdkClientConfig = {
  maxAttempts: 3,
  retryMode: 'standard' as const,
  defaultsMode: 'legacy' as const,
  accountIdEndpointMode: 'preferred' as const,
  authSchemePreference: [],
  userAgentAppId: '',
}
