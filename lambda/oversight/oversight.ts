// Checks the caller's right, then lists, reads, approves or ends impersonations. Contains no AWS and no HTTP code.

import type { OversightConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import type { Caller } from '../http/authenticate.ts'
import type { Users } from '../http/users.ts'
import { type View, type Viewer, viewOf } from '../record-view.ts'
import type { Role } from '../records-schema.ts'
import { isUuid } from '../uuid.ts'
import { createApprove } from './approve.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { ListQuery, NamedUser } from './query.ts'
import type { OversightRecords, VisibleRecord } from './records.ts'
import { claimedRoles, createConfirmRoles, type GeneralRole, isOwnRecord, roleOn } from './roles.ts'

export type Oversight = ReturnType<typeof createOversight>

/** Each method throws only ImpersonationErrors. */
export function createOversight(options: {
  config: OversightConfig
  records: Pick<OversightRecords, 'read' | 'list' | 'approve' | 'end' | 'endAll'>
  users: Pick<Users, 'groupsOf' | 'isActive' | 'findSub'>
  now: () => number
}) {
  const { config, records, users, now } = options
  const confirmRoles = createConfirmRoles({ config, users })
  const approve = createApprove({ config, records, users, now })
  const view = (record: VisibleRecord, viewer: Viewer) =>
    viewOf(record, { viewer, now: now(), subjectsSeeReason: config.subjectsSeeReason })

  return {
    /** @throws NotYours, UserNotFound, or RequestInvalid for the `next` of another query. */
    async list(
      caller: Caller,
      query: ListQuery,
      signal: AbortSignal,
    ): Promise<{ impersonations: View[]; next?: string }> {
      const { viewer, bounds } = await allow(caller, query, signal)
      const next = query.next === undefined ? undefined : decodeCursor(query.next, bounds)
      const page = await records.list({ ...bounds, limit: query.limit, next })
      return {
        impersonations: page.records.map((record) => view(record, viewer)),
        ...(page.next && { next: encodeCursor(page.next, bounds) }),
      }
    },

    /** @throws NoSuchImpersonation if there is none, or if the caller may not see it. */
    async read(caller: Caller, id: string | undefined, signal: AbortSignal): Promise<View> {
      const { record, role } = await find(caller, id, signal)
      return view(record, role)
    },

    /** Approves a prepared impersonation. @throws as `approve` does, NoSuchImpersonation as `read` does. */
    async approve(caller: Caller, id: string | undefined, signal: AbortSignal): Promise<View> {
      const roles = await confirmRoles(caller, signal)
      const record = await readFor(roles, id)
      if (record && roles.includes('approver')) return view(await approve(caller, record, signal), 'approver')
      const mayRead = record && roleOn(record, caller, roles)
      throw new ImpersonationError(mayRead ? 'ApproverNotAllowed' : 'NoSuchImpersonation')
    },

    /** Ends an impersonation, or does nothing if it is over. @throws NoSuchImpersonation as `read` does. */
    async end(caller: Caller, id: string | undefined, signal: AbortSignal): Promise<{ ended: View; role: Role }> {
      const { record, role } = caller.impersonated ? await findOwn(caller, id) : await find(caller, id, signal)
      if (role === 'approver') throw new ImpersonationError('NoSuchImpersonation')
      // The actor is the person who uses the impersonated session.
      const { actorSub, actorUsername } = record
      const by = role === 'session' ? { sub: actorSub, username: actorUsername } : caller
      const ended = await records.end(record.id, { sub: by.sub, username: by.username, role })
      if (!ended) throw new ImpersonationError('NoSuchImpersonation')
      return { ended: view(ended, role), role }
    },

    /** Ends the impersonations of one user that have a session or can still get one. @throws NotYours, UserNotFound */
    async endAll(caller: Caller, user: NamedUser, signal: AbortSignal): Promise<{ ended: number; more?: true }> {
      const role = await requireRole(caller, ['auditor'], signal)
      const sub = await resolve(user, signal)
      const by = { sub: caller.sub, username: caller.username, role }
      const { ended, more } = await records.endAll({ by: user.by, sub }, by)
      return { ended, ...(more && { more }) }
    },
  }

  /** Decides whether the caller may list this, and turns the name into a `sub`. */
  async function allow(caller: Caller, query: ListQuery, signal: AbortSignal) {
    if (!('name' in query)) {
      const allowed = query.by === 'live' ? (['auditor'] as const) : (['auditor', 'approver'] as const)
      return { viewer: await requireRole(caller, allowed, signal), bounds: { by: query.by } } as const
    }
    const { by, from, to } = query
    const isOwn = query.name === caller.username || query.name === caller.sub
    const viewer = await requireRole(caller, isOwn ? ['auditor', by] : ['auditor'], signal)
    const sub = viewer === 'auditor' ? await resolve(query, signal) : caller.sub
    return { viewer, bounds: { by, sub, from, to } } as const
  }

  /** @returns the first of these roles that the caller has. @throws NotYours, without a look-up if none is claimed. */
  async function requireRole<R extends GeneralRole>(
    caller: Caller,
    allowed: readonly R[],
    signal: AbortSignal,
  ): Promise<R> {
    const firstOf = (roles: GeneralRole[]) => allowed.find((role) => roles.includes(role))
    const role = firstOf(claimedRoles(caller, config)) && firstOf(await confirmRoles(caller, signal))
    if (!role) throw new ImpersonationError('NotYours')
    return role
  }

  /**
   * @returns the user's `sub`. A `sub` that Cognito does not know may be that of a deleted user. A `sub` that has records comes
   * before a username, because a user could sign up with somebody's `sub` as the username, to be found in their place.
   */
  async function resolve({ by, name }: NamedUser, signal: AbortSignal): Promise<string> {
    const sub = await users.findSub(name, signal)
    if (isUuid(name) && (!sub || (sub !== name && (await hasRecords(by, name))))) return name
    if (sub) return sub
    const message = `${by}: there is no such user. A deleted user is found by their sub`
    throw new ImpersonationError('UserNotFound', { message })
  }

  async function hasRecords(by: NamedUser['by'], sub: string): Promise<boolean> {
    const page = await records.list({ by, sub, limit: 1 })
    return page.records.length > 0
  }

  /**
   * Finds a record that the caller may see. An unknown id causes the same calls as the id of somebody else's impersonation.
   * @throws NoSuchImpersonation
   */
  async function find(caller: Caller, id: string | undefined, signal: AbortSignal) {
    const roles = await confirmRoles(caller, signal)
    const record = await readFor(roles, id)
    const role = record && roleOn(record, caller, roles)
    if (!role) throw new ImpersonationError('NoSuchImpersonation')
    return { record, role }
  }

  /** Reads a record for a caller who has a role. */
  async function readFor(roles: readonly GeneralRole[], id: string | undefined) {
    return roles.length > 0 && isUuid(id) ? records.read(id) : undefined
  }

  /** Finds the record of an impersonated session. @throws NoSuchImpersonation for any other record */
  async function findOwn(session: Caller, id: string | undefined) {
    const record = isUuid(id) && id === session.impersonationId ? await records.read(id) : undefined
    if (!record || !isOwnRecord(record, session)) throw new ImpersonationError('NoSuchImpersonation')
    return { record, role: 'session' } as const
  }
}
