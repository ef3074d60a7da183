// What the tests of lambda/oversight/ share: people, a record, and fakes of the user pool and the records table.

import { readOversightConfig } from '../../lambda/config.ts'
import type { Caller } from '../../lambda/http/authenticate.ts'
import { createOversight } from '../../lambda/oversight/oversight.ts'
import type { OversightRecords, Page, VisibleRecord } from '../../lambda/oversight/records.ts'
import { oversightEnvironment } from './environment.ts'

export const noon = Date.UTC(2026, 10, 25, 12)
export const id = 'cf0c47e4-de3a-47f3-9b8e-92f3ad3a1344'
export const otherId = '0f3d8a52-6b1e-4c57-8d9a-2f4e6a7b8c9d'

/** Olivia acts as alice. */
export const record: VisibleRecord = {
  id,
  state: 'issued',
  clientId: 'ours',
  actorSub: 'sub-of-olivia',
  actorUsername: 'olivia',
  subjectAsked: 'alice@example.com',
  subjectSub: 'sub-of-alice',
  subjectUsername: 'alice',
  reason: 'ticket 42',
  requestedAt: noon - 60_000,
  redeemedAt: noon - 59_700,
  issuedAt: noon - 59_588,
  endsAt: noon + 3_540_412,
  sourceIp: '203.0.113.7',
  userAgent: 'curl',
  apiKeyId: 'key-1',
  requestId: 'request-1',
}

const person = (username: string, clientId: string, groups: string[] = []): Caller => ({
  sub: `sub-of-${username}`,
  username,
  groups,
  clientId,
  impersonated: false,
})

const session: Caller = {
  ...person('alice', 'ours'),
  impersonated: true,
  impersonationId: id,
  actorSub: 'sub-of-olivia',
}

export const callers = {
  auditor: person('audrey', 'actors', ['auditors']),
  approver: person('april', 'console', ['approvers']),
  'the actor, an approver too': person('olivia', 'console', ['impersonators', 'approvers']),
  'the subject, an approver too': person('alice', 'actors', ['approvers']),
  'an approver, signed in as a subject': person('april', 'app', ['approvers']),
  'an approver of an unknown client': person('april', 'unknown', ['approvers']),
  'a session of an approver': { ...session, groups: ['approvers'], impersonationId: otherId },
  'a token with act of an approver': { ...person('april', 'actors', ['approvers']), impersonated: true },
  'the actor': person('olivia', 'console', ['impersonators']),
  'the actor, an auditor too': person('olivia', 'actors', ['impersonators', 'auditors']),
  'another actor': person('oscar', 'actors', ['impersonators']),
  'an actor who withdrew': person('olivia', 'actors'),
  'the subject': person('alice', 'app'),
  'another subject': person('bob', 'app'),
  'the subject, signed in as staff': person('alice', 'actors'),
  'an auditor, signed in as a subject': person('audrey', 'app', ['auditors', 'impersonators']),
  'the session': session,
  'the session of another record': { ...session, impersonationId: otherId },
  'a session of another subject': { ...session, sub: 'sub-of-bob', username: 'bob' },
  'a session of another actor': { ...session, actorSub: 'sub-of-oscar' },
  'a session of another client': { ...session, clientId: 'actors' },
  'a session without an actor': { ...session, actorSub: undefined as never },
  'a session of an auditor': { ...session, groups: ['auditors', 'impersonators'], impersonationId: otherId },
  'a token with act of the staff’s client': { ...person('audrey', 'actors', ['auditors']), impersonated: true },
  'a token with act of the subjects’ client': { ...person('alice', 'app'), impersonated: true },
  stranger: person('bob', 'actors', ['gold']),
  'an auditor of an unknown client': person('audrey', 'unknown', ['auditors']),
} satisfies Record<string, Caller>

export type Kind = keyof typeof callers

/** Olivia has asked to act as alice, who is in an approval group. Nobody has approved it yet. */
export const waiting: VisibleRecord = {
  id,
  state: 'prepared',
  clientId: 'ours',
  actorSub: 'sub-of-olivia',
  actorUsername: 'olivia',
  subjectAsked: 'alice@example.com',
  reason: 'ticket 42',
  requestedAt: noon - 60_000,
  ticketEndsAt: noon,
  approvalRequired: true,
  sourceIp: '203.0.113.7',
  requestId: 'request-1',
}

/** The subs that Cognito finds by name. */
const subsByName: Record<string, string> = {
  olivia: 'sub-of-olivia',
  'alice@example.com': 'sub-of-alice',
  alice: 'sub-of-alice',
}

const everybody = {
  olivia: ['impersonators', 'auditors', 'approvers'],
  oscar: ['impersonators'],
  audrey: ['auditors'],
  april: ['approvers'],
  alice: ['approvers'],
}

export function setUp(
  options: {
    environment?: Partial<typeof oversightEnvironment>
    records?: VisibleRecord[]
    page?: Page
    /** The groups at Cognito. */
    groups?: Record<string, string[]>
    inactive?: string[]
    subs?: Record<string, string>
  } = {},
) {
  const { groups = everybody, inactive = [], page, subs = subsByName } = options
  const config = readOversightConfig({ ...oversightEnvironment, ...options.environment })
  const stored = new Map((options.records ?? [record]).map((record) => [record.id, record]))
  /** Every call in order, with its arguments. */
  const calls: [name: string, ...rest: unknown[]][] = []

  const users = {
    groupsOf: async ({ username, among }: { username: string; among: readonly string[] }) => {
      calls.push(['groupsOf', username, ...among])
      return ((groups as Record<string, string[]>)[username] ?? []).filter((name) => among.includes(name))
    },
    isActive: async ({ username }: { username: string }) => {
      calls.push(['isActive', username])
      return !inactive.includes(username)
    },
    findSub: async (name: string) => {
      calls.push(['findSub', name])
      return subs[name]
    },
  }
  const records: Pick<OversightRecords, 'read' | 'list' | 'approve' | 'end' | 'endAll'> = {
    read: async (id) => {
      calls.push(['read', id])
      return stored.get(id)
    },
    list: async (query) => {
      calls.push(['list', query])
      return page ?? { records: [...stored.values()] }
    },
    approve: async (id, { by, subjectSub }) => {
      calls.push(['approve', id, by, subjectSub])
      const found = stored.get(id)
      const approval = {
        approvedAt: noon,
        approvedBySub: by.sub,
        approvedByUsername: by.username,
        approvedSubjectSub: subjectSub,
      }
      if (found?.state === 'prepared' && found.approvedAt === undefined) stored.set(id, { ...found, ...approval })
      return stored.get(id)
    },
    end: async (id, { sub, username, role }) => {
      calls.push(['end', id, { sub, username, role }])
      const found = stored.get(id)
      const by = { endedAt: noon, endedBySub: sub, endedByUsername: username, endedByRole: role }
      if (found && found.state !== 'ended') stored.set(id, { ...found, state: 'ended', ...by })
      return stored.get(id)
    },
    endAll: async (whose, by) => {
      calls.push(['endAll', whose, by])
      return { ended: 2, more: false }
    },
  }
  return { oversight: createOversight({ config, records, users, now: () => noon }), config, calls, stored }
}
