// What the tests of introspection share: tokens of an impersonated session, its record, and a pool and a table with counters.

import { readIntrospectionConfig } from '../../lambda/config.ts'
import { createVerifier } from '../../lambda/http/verifier.ts'
import { createCheckPeople } from '../../lambda/oversight/check-people.ts'
import { createIntrospect, type IntrospectedRecord } from '../../lambda/oversight/introspect.ts'
import { introspectionEnvironment } from './environment.ts'
import { idClaims, newKey, signToken, userPoolId } from './tokens.ts'

export const id = 'cf0c47e4-de3a-47f3-9b8e-92f3ad3a1344'
export const key = newKey()

/** The claims of both tokens: olivia acts as alice. */
const session = {
  sub: 'sub-of-alice',
  act: { sub: 'sub-of-olivia' },
  impersonation_id: id,
  'cognito:groups': undefined,
}

export const claimsOf = {
  id: (changes: object = {}) =>
    idClaims(Date.now(), { ...session, aud: 'ours', 'cognito:username': 'alice', ...changes }),
  access: (changes: object = {}) =>
    idClaims(Date.now(), {
      ...session,
      token_use: 'access',
      aud: undefined,
      'cognito:username': undefined,
      client_id: 'ours',
      username: 'alice',
      ...changes,
    }),
}

export type TokenUse = keyof typeof claimsOf

export const tokenOf = (use: TokenUse, changes: object = {}) => signToken(key, claimsOf[use](changes))

export const liveRecord = (): IntrospectedRecord => ({
  state: 'issued',
  clientId: 'ours',
  actorSub: 'sub-of-olivia',
  actorUsername: 'olivia',
  subjectSub: 'sub-of-alice',
  subjectUsername: 'alice',
  endsAt: Date.now() + 3_600_000,
})

interface Person {
  sub: string
  groups: string[]
  active: boolean
  enabled: boolean
}

/** @param keysUrl serves the pool's keys. */
export function setUp(keysUrl: string, environment: Partial<typeof introspectionEnvironment> = {}) {
  const config = readIntrospectionConfig({ ...introspectionEnvironment, ...environment })
  const verifier = createVerifier({ userPoolId, clientIds: [config.impersonationClientId], tokenUse: null }, keysUrl)
  const people: Record<'olivia' | 'alice', Person> = {
    olivia: { sub: 'sub-of-olivia', groups: ['impersonators'], active: true, enabled: true },
    alice: { sub: 'sub-of-alice', groups: [], active: true, enabled: true },
  }
  const state = {
    records: new Map<string, IntrospectedRecord>([[id, liveRecord()]]),
    people: people as Record<string, Person>,
    /** What the clock of introspection adds, in ms. */
    later: 0,
    /** Look-ups wait for it. */
    gate: Promise.resolve() as Promise<void>,
    calls: [] as string[],
  }
  const lookUp =
    <Query extends { username: string }, Answer>(
      name: string,
      answer: (person: Person | undefined, query: Query) => Answer,
    ) =>
    async (query: Query) => {
      const { username } = query
      state.calls.push(`${name} ${username}`)
      await state.gate
      return answer(state.people[username], query)
    }
  const startedAt = Date.now()
  const now = () => startedAt + state.later
  const checkPeople = createCheckPeople({
    config,
    lookUps: async () => ({
      groupsOf: lookUp('groupsOf', (person, { among }: { username: string; among: readonly string[] }) =>
        (person?.groups ?? []).filter((name) => among.includes(name)),
      ),
      isActive: lookUp(
        'isActive',
        (person, { sub }: { username: string; sub: string }) => person?.active === true && person.sub === sub,
      ),
      isEnabled: lookUp(
        'isEnabled',
        (person, { sub }: { username: string; sub: string }) => person?.enabled === true && person.sub === sub,
      ),
    }),
    now,
  })
  const introspect = createIntrospect({
    config,
    verify: (token) => verifier.verify(token),
    read: async (id) => {
      state.calls.push('read')
      return state.records.get(id)
    },
    checkPeople,
    now,
  })
  return { ...state, state, introspect, config }
}
