// The fields of Cognito's trigger event that our triggers read.
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html

/** Cognito sends more fields than these, and may leave optional ones out. */
export interface TriggerEvent {
  triggerSource: string
  userName?: string
  callerContext?: { clientId?: string }
  request: {
    userAttributes?: Record<string, string | undefined>
    userNotFound?: boolean
    clientMetadata?: Record<string, string | undefined> | null
    session?: { challengeName?: string; challengeResult?: boolean }[] | null
    challengeName?: string
    privateChallengeParameters?: Record<string, string | undefined> | null
    challengeAnswer?: unknown
    groupConfiguration?: { groupsToOverride?: string[] | null }
  }
  response: object
}

/** The part of Lambda's context that our triggers read. */
export interface TriggerContext {
  /** ms */
  getRemainingTimeInMillis(): number
}
