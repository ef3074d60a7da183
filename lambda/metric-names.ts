// The names that the endpoint's metrics and what watches them share.

export const namespace = 'CognitoImpersonation'

/** The dimension of every metric here: the endpoint's function name. */
export const service = 'service'

/** The dimension of `decisions`: `issued`, or a code of errors.ts. */
export const outcome = 'outcome'

export const decisions = 'Decisions'
export const latency = 'Latency'
/** 1 where the caller was refused, 0 where not. */
export const refusals = 'Refusals'
