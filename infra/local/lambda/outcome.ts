// The result of one function invocation.

export type Outcome =
  | { kind: 'answer'; payload: unknown }
  /** The handler threw, or the worker exited. */
  | { kind: 'error'; errorType: string; errorMessage: string }
  /** The caller's `timeoutMs` or the function's own Timeout passed. */
  | { kind: 'timeout'; limit: 'caller' | 'function' }
  /** The function does not exist, or no AWS::Lambda::Permission allows this caller. */
  | { kind: 'denied' }
