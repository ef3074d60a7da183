// What the server holds: pools with their app clients, groups, users, sessions and refresh tokens. In memory only.
import type { Functions } from '../lambda/functions.ts'
import { notFound } from './errors.ts'
import type { Input } from './input.ts'
import type { Keys } from './keys.ts'
import type { Verifier } from './srp.ts'

/** A pool and what belongs to it; the properties are CloudFormation's, with the intrinsics resolved. */
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
 * Those properties of a pool that change what the server does, in CloudFormation's words; others are only shown.
 * They may be replaced as a whole while it runs.
 */
export interface PoolProperties {
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
  Schema?: { Name?: string; Required?: boolean; [detail: string]: unknown }[]
  UserAttributeUpdateSettings?: { AttributesRequireVerificationBeforeUpdate?: string[] }
  UserPoolAddOns?: { AdvancedSecurityMode?: 'OFF' | 'AUDIT' | 'ENFORCED' }
  UserPoolTags?: Record<string, string>
  UsernameAttributes?: string[]
  UsernameConfiguration?: { CaseSensitive?: boolean }
  UserPoolName?: string
  UserPoolTier?: 'LITE' | 'ESSENTIALS' | 'PLUS'
  VerificationMessageTemplate?: object
}

/** The triggers that are run here. */
export interface LambdaConfig {
  CreateAuthChallenge?: string
  DefineAuthChallenge?: string
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
  IdTokenValidity?: number
  ClientName?: string
  PreventUserExistenceErrors?: 'LEGACY' | 'ENABLED'
  ReadAttributes?: string[]
  RefreshTokenRotation?: { Feature?: 'ENABLED' | 'DISABLED'; RetryGracePeriodSeconds?: number }
  RefreshTokenValidity?: number
  TokenValidityUnits?: { AccessToken?: string; IdToken?: string; RefreshToken?: string }
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
  password: Verifier | undefined
  /** When a temporary password ends, ms. */
  passwordEndsAt: number | undefined
  createdAt: number
  modifiedAt: number
}

/** One entry of the `session` that Define and Create see. */
export interface ChallengeResult {
  challengeName: string
  challengeResult: boolean
  challengeMetadata: string | null
}

/** A challenge that waits for its answer. */
export interface Session {
  challenge: string
  clientId: string
  /** The USERNAME that the challenge named and its answer must repeat. */
  username: string
  /** Undefined for a user that does not exist and whose absence the client hides. */
  user: User | undefined
  endsAt: number
  used: boolean
  /** Set where the sign-in began as CUSTOM_AUTH. */
  custom?: { results: ChallengeResult[]; metadata: string | null; secrets: Record<string, string> }
  srp?: { serverSecret: bigint; serverPublic: bigint; clientPublic: bigint; secretBlock: string; password: Verifier }
}

/** All tokens that come from one sign-in. */
export interface Family {
  originJti: string
  clientId: string
  user: User
  /** Seconds. */
  authTime: number
  eventId: string
  /** When its refresh tokens end, ms. */
  endsAt: number
  revoked: boolean
}

export interface Pool {
  definition: UserPoolDefinition
  properties: PoolProperties
  clients: Map<string, Client>
  groups: Map<string, Group>
  users: Map<string, User>
  sessions: Map<string, Session>
  families: Map<string, Family>
  /** `endsAt` (ms) is set once a token was rotated out. */
  refreshTokens: Map<string, { family: Family; endsAt: number | undefined }>
  keys: Keys
  /** Makes up the salts of users that do not exist. */
  decoySecret: Buffer
  /** ms */
  createdAt: number
  modifiedAt: number
}

export const userPoolArn = ({ id, region, account }: Pick<UserPoolDefinition, 'id' | 'region' | 'account'>) =>
  `arn:aws:cognito-idp:${region}:${account}:userpool/${id}`

/** One request, and what it may reach. */
export interface Call {
  input: Input
  pools: Map<string, Pool>
  invoke: Functions['invoke']
  /** ms */
  now: number
  /** Where this server is said to be. */
  region: string
  account: string
  makeKeys(): Promise<Keys>
}

/** One request of an app client. */
export interface ClientCall extends Call {
  pool: Pool
  client: Client
}

/** The pool that a request names. */
export function poolOf(call: Call): Pool {
  const id = call.input.text('UserPoolId')
  const pool = call.pools.get(id)
  if (!pool) throw notFound(`User pool ${id} does not exist.`)
  return pool
}

/** The app client that a request names, in the pool that it names or, in a public request, in any. */
export function clientCall(call: Call, pools: Iterable<Pool> = call.pools.values()): ClientCall {
  const id = call.input.text('ClientId')
  for (const pool of pools) {
    const client = pool.clients.get(id)
    if (client) return { ...call, pool, client }
  }
  throw notFound(`User pool client ${id} does not exist.`)
}
