// Decides whether a token of an impersonated session is still good. Contains no AWS and no HTTP code.

import type { IntrospectionConfig } from '../config.ts'
import { asImpersonationError, ImpersonationError } from '../errors.ts'
import { isFault } from '../http/verifier.ts'
import { type ImpersonationRecord, isLive } from '../records-schema.ts'
import type { CheckPeople } from './check-people.ts'
import { type Claims, type ImpersonatedSession, readSession } from './impersonated-session.ts'

/** The attributes that introspection reads. */
export const introspected = [
  'state',
  'clientId',
  'actorSub',
  'actorUsername',
  'subjectSub',
  'subjectUsername',
  'matchedGroups',
  'endsAt',
] as const satisfies (keyof ImpersonationRecord)[]

export type IntrospectedRecord = Pick<ImpersonationRecord, (typeof introspected)[number]>

/** The response (RFC 7662 §2.2). */
export type Introspection = { active: false } | ({ active: true } & ReturnType<typeof describe>)

export type Introspect = ReturnType<typeof createIntrospect>

const inactive = { active: false } as const

/**
 * @param verify returns the claims of a token of the pool, of either class, that was issued to the impersonation client.
 * @param read reads a record consistently. Undefined: there is none.
 */
export function createIntrospect(options: {
  config: Pick<IntrospectionConfig, 'impersonationClientId'>
  verify: (token: string) => Promise<Claims>
  read: (id: string) => Promise<IntrospectedRecord | undefined>
  checkPeople: CheckPeople
  now: () => number
}) {
  const { config, verify, read, checkPeople, now } = options

  /**
   * @returns the response, and the record's id if the token is genuine.
   * @throws ImpersonationError if the keys, the record or the people cannot be read. Then nobody knows whether the token is still good.
   */
  return async function introspect(token: string): Promise<{ response: Introspection; impersonationId?: string }> {
    const claims = await verify(token).catch((error) => {
      if (isFault(error)) throw new ImpersonationError('Unavailable', { cause: error })
    })
    const session = claims && readSession(claims, config.impersonationClientId)
    if (!session) return { response: inactive }
    const { impersonationId } = session
    try {
      const active = await isActive(session)
      return { response: active ? { active, ...describe(session) } : inactive, impersonationId }
    } catch (error) {
      throw Object.assign(asImpersonationError(error), { impersonationId })
    }
  }

  /** Reads the record first: an ended session needs no look-up. */
  async function isActive(session: ImpersonatedSession): Promise<boolean> {
    const record = await read(session.impersonationId)
    if (!record || !isLive(record, now()) || !agrees(record, session) || !record.subjectUsername) return false
    return checkPeople({
      actor: { sub: session.actorSub, username: record.actorUsername },
      subject: { sub: session.sub, username: record.subjectUsername },
      matchedGroups: record.matchedGroups ?? [],
    })
  }
}

function agrees(record: IntrospectedRecord, { sub, actorSub, clientId }: ImpersonatedSession): boolean {
  return record.subjectSub === sub && record.actorSub === actorSub && record.clientId === clientId
}

function describe({ tokenUse, iss, sub, clientId, username, exp, iat, scope, ...session }: ImpersonatedSession) {
  return {
    iss,
    sub,
    client_id: clientId,
    username,
    // RFC 8693 §2.2.1: `N_A` marks a token that is not an access token. Otherwise, an ID token could pass for one.
    token_type: tokenUse === 'access' ? 'Bearer' : 'N_A',
    exp,
    iat,
    ...(scope !== undefined && { scope }),
    act: { sub: session.actorSub },
    impersonation_id: session.impersonationId,
  }
}
