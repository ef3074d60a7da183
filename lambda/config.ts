// The functions' settings: the names that the stack must provide, read and checked once.

export type EndpointEnvironment = Record<
  | 'USER_POOL_ID'
  | 'ACTOR_CLIENT_ID'
  | 'ACTOR_CLIENT_IDS'
  | 'IMPERSONATION_CLIENT_ID'
  | 'IMPERSONATION_CLIENT_SECRET'
  | 'RECORDS_TABLE_NAME'
  | 'IMPERSONATORS_GROUP'
  | 'SESSION_MINUTES'
  | 'RECORD_RETENTION_DAYS'
  | 'SIGN_IN_MAX_AGE_MINUTES'
  | 'LOOK_UP_GROUP'
  | 'BASIC'
  | 'REASON_REQUIRED'
  | 'ENDPOINT_URL',
  string
>

export type TriggerEnvironment = Record<
  'IMPERSONATION_CLIENT_ID' | 'RECORDS_TABLE_NAME' | 'PROTECTED_GROUPS' | 'SESSION_MINUTES',
  string
>

export type EndpointConfig = ReturnType<typeof readEndpointConfig>
export type TriggerConfig = ReturnType<typeof readTriggerConfig>
type Environment = Readonly<Record<string, string | undefined>>

/** @throws Error naming the variable that is missing or malformed. */
export function readEndpointConfig(env: Environment) {
  const read = reader<keyof EndpointEnvironment>(env)
  return {
    userPoolId: read.text('USER_POOL_ID'),
    /** The app client that Basic signs in with. */
    actorClientId: read.text('ACTOR_CLIENT_ID'),
    /** The app clients whose ID tokens count as an actor's. */
    actorClientIds: read.list('ACTOR_CLIENT_IDS'),
    impersonationClientId: read.text('IMPERSONATION_CLIENT_ID'),
    impersonationClientSecret: read.text('IMPERSONATION_CLIENT_SECRET'),
    recordsTableName: read.text('RECORDS_TABLE_NAME'),
    impersonatorsGroup: read.text('IMPERSONATORS_GROUP'),
    sessionMinutes: read.count('SESSION_MINUTES'),
    recordRetentionDays: read.count('RECORD_RETENTION_DAYS'),
    signInMaxAgeMinutes: read.count('SIGN_IN_MAX_AGE_MINUTES'),
    /** Ask Cognito at each call whether the actor is still in the group. */
    lookUpGroup: read.flag('LOOK_UP_GROUP'),
    /** Accept `Authorization: Basic`. */
    basic: read.flag('BASIC'),
    reasonRequired: read.flag('REASON_REQUIRED'),
    /** The answer's `endpointUrl`; undefined: the base that the request came in on. */
    endpointUrl: env.ENDPOINT_URL || undefined,
  }
}

/** @throws Error naming the variable that is missing or malformed. */
export function readTriggerConfig(env: Environment) {
  const read = reader<keyof TriggerEnvironment>(env)
  return {
    impersonationClientId: read.text('IMPERSONATION_CLIENT_ID'),
    recordsTableName: read.text('RECORDS_TABLE_NAME'),
    protectedGroups: read.list('PROTECTED_GROUPS'),
    sessionMinutes: read.count('SESSION_MINUTES'),
  }
}

function reader<Name extends string>(env: Environment) {
  function text(name: Name): string {
    const value = env[name]
    if (!value) throw new Error(`missing setting ${name}`)
    return value
  }
  return {
    text,
    list(name: Name): string[] {
      const value: unknown = JSON.parse(text(name))
      if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) return value
      throw new Error(`setting ${name} is not a JSON array of names`)
    },
    count(name: Name): number {
      const value = Number(text(name))
      if (Number.isSafeInteger(value) && value > 0) return value
      throw new Error(`setting ${name} is not a positive whole number`)
    },
    flag(name: Name): boolean {
      const value = text(name)
      if (value === 'true' || value === 'false') return value === 'true'
      throw new Error(`setting ${name} is neither true nor false`)
    },
  }
}
