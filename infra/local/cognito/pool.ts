// The server's state: pools with their app clients, groups, users, sessions and tokens. In memory only.
import type { Keys } from './keys.ts'
import type { SaltedPassword, SrpExchange } from './srp.ts'

/** A pool, its app clients and its groups, with CloudFormation's properties. Intrinsic functions are resolved. */
export interface UserPoolDefinition {
  id: string
  arn: string
  region: string
  account: string
  /** AWS::Cognito::UserPool */
  properties: Record<string, unknown>
  /** AWS::Cognito::UserPoolClient */
  clients: { id: string; secret?: string; properties: Record<string, unknown> }[]
  /** AWS::Cognito::UserPoolGroup */
  groups: Record<string, unknown>[]
}

/**
 * The pool properties that the server reads, by their names in CloudFormation. DescribeUserPool shows the others too.
 * The whole object may be replaced while the server runs.
 */
export interface PoolProperties {
  /** The names of the levels. A level that is not named here has its default name. */
  AcrConfiguration?: Partial<Record<'Level1' | 'Level2' | 'Level3' | 'Level4', { AcrValue: string }>>
  AdminCreateUserConfig?: { AllowAdminCreateUserOnly?: boolean; UnusedAccountValidityDays?: number }
  AliasAttributes?: string[]
  AutoVerifiedAttributes?: string[]
  DcrConfiguration?: object
  DeletionProtection?: 'ACTIVE' | 'INACTIVE'
  EnabledMfas?: string[]
  IssuerConfiguration?: { Type?: 'ORIGINAL' | 'UPDATED' }
  LambdaConfig?: LambdaConfig
  MfaConfiguration?: 'OFF' | 'OPTIONAL' | 'ON'
  Policies?: { PasswordPolicy?: PasswordPolicy; SignInPolicy?: object }
  SmsConfiguration?: { SnsCallerArn?: string; EumsSms?: { CallerArn?: string } }
  Schema?: { Name?: string; Required?: boolean; [detail: string]: unknown }[]
  UserAttributeUpdateSettings?: { AttributesRequireVerificationBeforeUpdate?: string[] }
  UserPoolAddOns?: {
    AdvancedSecurityMode?: 'OFF' | 'AUDIT' | 'ENFORCED'
    AdvancedSecurityAdditionalFlows?: { CustomAuthMode?: 'AUDIT' | 'ENFORCED' }
  }
  UserPoolTags?: Record<string, string>
  UsernameAttributes?: string[]
  UsernameConfiguration?: { CaseSensitive?: boolean }
  UserPoolName?: string
  UserPoolTier?: 'LITE' | 'ESSENTIALS' | 'PLUS'
  VerificationMessageTemplate?: object
}

/** The triggers that this server runs. */
export interface LambdaConfig {
  CreateAuthChallenge?: string
  DefineAuthChallenge?: string
  PostAuthentication?: string
  PreAuthentication?: string
  PreTokenGeneration?: string
  PreTokenGenerationConfig?: { LambdaArn: string; LambdaVersion: string }
  VerifyAuthChallengeResponse?: string
}

export interface PasswordPolicy {
  MinimumLength?: number
  RequireLowercase?: boolean
  RequireNumbers?: boolean
  RequireSymbols?: boolean
  RequireUppercase?: boolean
  TemporaryPasswordValidityDays?: number
}

export interface ClientProperties {
  AccessTokenValidity?: number
  AuthSessionValidity?: number
  EnableTokenRevocation?: boolean
  ExplicitAuthFlows?: string[]
  GenerateSecret?: boolean
  IdTokenValidity?: number
  ClientName?: string
  PreventUserExistenceErrors?: 'LEGACY' | 'ENABLED'
  ReadAttributes?: string[]
  RefreshTokenRotation?: { Feature?: 'ENABLED' | 'DISABLED'; RetryGracePeriodSeconds?: number }
  RefreshTokenValidity?: number
  TokenValidityUnits?: { AccessToken?: string; IdToken?: string; RefreshToken?: string }
  WriteAttributes?: string[]
}

export interface Client {
  id: string
  secret: string | undefined
  properties: ClientProperties
}

export interface Group {
  GroupName: string
  Description?: string
  Precedence?: number
}

export type UserStatus = 'UNCONFIRMED' | 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED' | 'EXTERNAL_PROVIDER'

export interface User {
  username: string
  sub: string
  status: UserStatus
  enabled: boolean
  /** Without `sub`. */
  attributes: Map<string, string>
  groups: Set<string>
  password: SaltedPassword | undefined
  /** When a temporary password expires, ms. */
  passwordEndsAt: number | undefined
  /** ms */
  createdAt: number
  /** ms */
  modifiedAt: number
}

/** How strongly a user signed in: the claims of both tokens. */
export interface Level {
  acr: string
  amr: string[]
}

/** One entry of `request.session` in the events of Define and Create. */
export interface ChallengeResult {
  challengeName: string
  challengeResult: boolean
  challengeMetadata: string | null
}

/** A challenge that waits for its answer: the server's side of the API's `Session`. */
export interface Session {
  challenge: string
  clientId: string
  /** The challenge names this USERNAME. The answer must repeat it. */
  username: string
  /** Undefined: no such user, and the client hides that. */
  user: User | undefined
  /** ms */
  endsAt: number
  used: boolean
  /** Set if the sign-in began as CUSTOM_AUTH. */
  custom?: CustomAuth
  /** Set if the challenge is PASSWORD_VERIFIER. */
  srp?: SrpExchange
  /** Set if the sign-in asked for a level. */
  level?: Level
}

/** The progress of a CUSTOM_AUTH sign-in. */
export interface CustomAuth {
  results: ChallengeResult[]
  /** `challengeMetadata` of the latest challenge. */
  metadata: string | null
  /** `privateChallengeParameters` of the latest challenge. */
  secrets: Record<string, string>
}

/** All tokens of one sign-in, also those of later refreshes. */
export interface Family {
  originJti: string
  clientId: string
  user: User
  /** Seconds since 1970. */
  authTime: number
  eventId: string
  /** Set if the sign-in asked for a level. A refresh keeps it. */
  level?: Level
  /** When the refresh tokens expire, ms. */
  endsAt: number
  revoked: boolean
}

export interface Pool {
  definition: UserPoolDefinition
  properties: PoolProperties
  clients: Map<string, Client>
  groups: Map<string, Group>
  /** By `usernameKey`. */
  users: Map<string, User>
  /** By the `Session` that the client holds. */
  sessions: Map<string, Session>
  /** By `origin_jti`. */
  families: Map<string, Family>
  /** By the token. `endsAt` (ms) is set when rotation replaces a token. */
  refreshTokens: Map<string, { family: Family; endsAt: number | undefined }>
  /** Undefined: never set. */
  sessionConfiguration?: object
  keys: Keys
  /**
   * Rules that users report Cognito to skip in CUSTOM_AUTH. AWS documents nothing. Empty by default: a test adds a rule
   * to see what happens if Cognito enforces it after all. Not part of AWS's API.
   */
  enforcedInCustomAuth: Set<'MFA' | 'PreAuthentication'>
  /** Seed of the SRP salts for users who do not exist. */
  decoySecret: Buffer
  /** ms */
  createdAt: number
  /** ms */
  modifiedAt: number
}

export const userPoolArn = ({ id, region, account }: Pick<UserPoolDefinition, 'id' | 'region' | 'account'>) =>
  `arn:aws:cognito-idp:${region}:${account}:userpool/${id}`
