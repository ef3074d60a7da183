// What Cognito hands to a trigger, as far as it is read here. Any of it may be missing; more may be there.
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html

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
