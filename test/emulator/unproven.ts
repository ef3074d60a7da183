// Cases that MiniStack 1.5.33 cannot prove, each with its difference from AWS.

/** By the full names of acceptance cases. */
export const unproven: Readonly<Record<string, string>> = {
  'a session names the base URL of its request': 'its request context has no domain name',
  'a session has a record with the subject’s username if the request names an alias':
    'it gives triggers the alias instead of the username',
}

/** The cases of pools whose owner has triggers. */
export const unprovenNextTriggers: Readonly<Record<string, string>> = {
  'after the removal, a V1_0 trigger adds its claims as before':
    'it takes a V1_0 answer only if the pool lacks PreTokenGenerationConfig, which Cognito shows for every version',
  'a trigger that throws refuses the subject with 422':
    'it names every error Runtime.HandlerError, and not by the class that the function threw',
}

/** The delivery of events. */
export const unprovenEvents: Readonly<Record<string, string>> = {
  'a batch is repeated from the first event that the bus did not take':
    'it does not read batchItemFailures in the answer of a function on a stream of a table',
}
