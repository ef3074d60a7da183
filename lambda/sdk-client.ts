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

interface Client {
  middlewareStack: { remove(name: string): boolean }
}

/** Removes the step that copies each call's input and output for the client's logger. These clients have no logger. */
export function withoutLogger<C extends Client>(client: C): C {
  client.middlewareStack.remove('loggerMiddleware')
  return client
}
