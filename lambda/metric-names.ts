// The names of the functions' metrics, shared by the code, the alarms and the dashboard.

export const namespace = 'CognitoImpersonation'

/** Every metric has this dimension: the name of the function. */
export const service = 'service'

/** A dimension of `decisions`: a success such as `issued`, or a code of errors.ts. */
export const outcome = 'outcome'

export const decisions = 'Decisions'
export const latency = 'Latency'
/** 1 if the caller was refused (4xx other than TooManyRequests), otherwise 0. */
export const refusals = 'Refusals'
/** 1 if the function, Cognito or DynamoDB failed or was throttled (5xx or TooManyRequests), otherwise 0. */
export const faults = 'Faults'
