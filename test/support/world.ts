// The whole product in this process: endpoint, triggers, AWS SDK, a pool and a table in memory. Any call can fail.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { FetchError } from 'aws-jwt-verify/error'
import type { Context } from 'aws-lambda'
import { jwks } from '../../infra/local/cognito/keys.ts'
import type { Caller } from '../../infra/local/lambda/functions.ts'
import type { Outcome } from '../../infra/local/lambda/outcome.ts'
import { readEndpointConfig, readOversightConfig, readTriggerConfig } from '../../lambda/config.ts'
import { createCountActor } from '../../lambda/endpoint/actor-limit.ts'
import { createImpersonations } from '../../lambda/endpoint/impersonations.ts'
import { loadReasonForm } from '../../lambda/endpoint/reason-form.ts'
import { createEndpoint } from '../../lambda/endpoint/routes.ts'
import { createUserPool } from '../../lambda/endpoint/user-pool.ts'
import { type Caller as Approver, createAuthenticate } from '../../lambda/http/authenticate.ts'
import { createUsers } from '../../lambda/http/users.ts'
import { createVerifier } from '../../lambda/http/verifier.ts'
import { createOversight } from '../../lambda/oversight/oversight.ts'
import { createOversightRecords } from '../../lambda/oversight/records.ts'
import { createRecords } from '../../lambda/records.ts'
import type { TriggerEvent } from '../../lambda/triggers/event.ts'
import { handler as triggers } from '../../lambda/triggers/handler.ts'
import { createImpersonationTriggers } from '../../lambda/triggers/impersonation-client.ts'
import { endpointEnvironment, oversightEnvironment, triggerEnvironment } from './environment.ts'
import { type Behaviour, faulty, noFaults, Process } from './faults.ts'
import { gatewayEvent } from './gateway-event.ts'
import { inProcess, inProcessDynamoDB } from './in-process.ts'
import type { Input } from './memory-expressions.ts'
import { makeMemoryPool } from './memory-pool.ts'
import { MemoryTable } from './memory-table.ts'
import { collectSecrets } from './secrets.ts'
import type { Way } from './ways.ts'

type Changes = Parameters<typeof gatewayEvent>[0]

export type World = Awaited<ReturnType<typeof createWorld>>

export interface Answer {
  statusCode: number
  headers: Record<string, string>
  body: Record<string, unknown>
}

/** A fault in a run of the triggers. */
export type Trouble = 'fails' | 'is denied' | 'times out' | 'runs, and times out' | 'gives an invalid response'

export interface WorldBehaviour extends Behaviour {
  trigger: () => Trouble | undefined
  keysFail: () => boolean
  /** Whether an auditor ends every record now. Asked at each call of the processes. */
  ends?: () => boolean
  /** The response of another function that replaces our PreTokenGeneration. */
  replace?: (impersonationId: string) => object
}

export const calm: WorldBehaviour = {
  ...noFaults,
  trigger: () => undefined,
  keysFail: () => false,
}

/** Function timeouts of the stack in ms. */
const functionLimits = { endpoint: 28_000, trigger: 4_000 }

export const audrey = { sub: 'sub-of-audrey', username: 'audrey', role: 'auditor' } as const

/**
 * @param keysUrl serves the pool's keys. The verifier fetches a key from there if the key is not cached.
 * @param runAtTable runs an operation at another table. Undefined: at the table in memory.
 */
export async function createWorld(
  environment: Partial<typeof endpointEnvironment> = {},
  keysUrl?: string,
  runAtTable?: (operation: string, input: Input) => Promise<object>,
) {
  process.env.IMPERSONATION_CLIENT_ID = 'ours'
  const config = readEndpointConfig({ ...endpointEnvironment, ...environment })
  const state = { behaviour: calm, table: new MemoryTable() }
  /** Collected since the last `reset`. */
  const seen = {
    lines: [] as unknown[],
    cognitoCalls: [] as string[],
    secrets: new Set<string>(),
    triggerTimes: [] as number[],
    /** The ids of the records, and the results of the auditor's `end` calls. */
    ids: [] as string[],
    ends: [] as ReturnType<typeof oversight.end>[],
  }

  const behaviour: Behaviour = {
    fault: (site) => {
      if (state.behaviour.ends?.()) endEverything()
      return state.behaviour.fault(site)
    },
    invalidBody: (site, answer) => state.behaviour.invalidBody(site, answer),
    delay: () => state.behaviour.delay(),
  }
  const performAtTable = (operation: string, input: object) => {
    if (operation === 'PutItem') seen.ids.push(String((input as { Item: { id: { S: string } } }).Item.id.S))
    return (runAtTable ?? state.table.perform)(operation, input as Input)
  }
  const dynamoDB = () => inProcessDynamoDB(performAtTable, { maxAttempts: 3, behaviour })
  const tables = { endpoint: dynamoDB(), trigger: dynamoDB() }
  const oversight = createOversightRecords({
    dynamoDB: inProcessDynamoDB(performAtTable),
    tableName: 'records',
    timeout: 2_000,
    now: Date.now,
  })
  function endEverything() {
    // Outside the process whose call this is: the auditor's call goes on when that process ends.
    Process.current.exit(() => seen.ends.push(...seen.ids.map((id) => oversight.end(id, audrey))))
  }

  const table = (client: (typeof tables)['endpoint']) =>
    createRecords({ dynamoDB: client, tableName: 'records', timeout: 2_000, now: Date.now })
  // The stack gives both functions the same values.
  const { MAY_ACT_AS, APPROVAL_GROUPS } = { ...triggerEnvironment, ...environment }
  const triggerConfig = readTriggerConfig({ ...triggerEnvironment, MAY_ACT_AS, APPROVAL_GROUPS })
  const ours = createImpersonationTriggers(table(tables.trigger), triggerConfig, (line) => seen.lines.push(line))

  async function runTrigger(sent: unknown): Promise<Outcome> {
    const event = sent as TriggerEvent
    const { replace } = state.behaviour
    if (replace && event.triggerSource.startsWith('TokenGeneration'))
      return {
        kind: 'answer',
        payload: { ...event, response: replace(String(event.request.clientMetadata?.impersonationId)) },
      }
    const started = Date.now()
    const run = new Process('trigger')
    const limit = setTimeout(() => run.end(), functionLimits.trigger)
    try {
      const handle = event.callerContext?.clientId === 'ours' ? ours : triggers
      const payload = await run.run(() => handle(event))
      if (payload === 'ended') return { kind: 'error', errorType: 'Runtime.ExitError', errorMessage: 'ended' }
      return { kind: 'answer', payload: JSON.parse(JSON.stringify(payload)) }
    } catch (error) {
      return { kind: 'error', errorType: (error as Error).name, errorMessage: (error as Error).message }
    } finally {
      clearTimeout(limit)
      seen.triggerTimes.push(Date.now() - started)
    }
  }

  async function invoke(_arn: string, event: unknown, _caller: Caller): Promise<Outcome> {
    switch (state.behaviour.trigger()) {
      case 'fails':
        return { kind: 'error', errorType: 'Error', errorMessage: 'failed' }
      case 'is denied':
        return { kind: 'denied' }
      case 'times out':
        return { kind: 'timeout', limit: 'caller' }
      case 'runs, and times out':
        await runTrigger(event)
        return { kind: 'timeout', limit: 'caller' }
      case 'gives an invalid response':
        return { kind: 'answer', payload: { response: null } }
      default:
        return runTrigger(event)
    }
  }

  const { pool, perform, admin } = await makeMemoryPool(invoke)
  const cognitoTransport = faulty(async (operation, input) => {
    seen.cognitoCalls.push(operation)
    collectSecrets(input, seen.secrets)
    const answer = await perform(operation, input)
    collectSecrets(answer, seen.secrets)
    return answer
  }, behaviour)
  const cognito = (maxAttempts: number) =>
    new CognitoIdentityProviderClient({ ...inProcess, maxAttempts, requestHandler: cognitoTransport as never })
  const clients = { cognito: cognito(3), cognitoOnce: cognito(1) }

  const verifier = createVerifier(
    { userPoolId: config.userPoolId, clientIds: [...config.actorClientIds, config.impersonationClientId] },
    keysUrl,
  )
  verifier.cacheJwks(jwks(pool.keys) as never)
  const userPool = createUserPool({ ...clients, config })
  const users = createUsers({ ...clients, config })
  const staff = createOversight({
    config: readOversightConfig({ ...oversightEnvironment, APPROVAL_GROUPS }),
    records: oversight,
    users,
    now: Date.now,
  })
  const log = { info: collect, warn: collect, error: collect }
  function collect(line: unknown) {
    seen.lines.push(line)
  }

  const endpoint = createEndpoint({
    config,
    reasonForm: await loadReasonForm(config.reasonPattern),
    authenticate: createAuthenticate({
      config,
      verify: async (idToken) => {
        if (state.behaviour.keysFail()) throw new FetchError('https://keys', 'refused')
        return verifier.verify(idToken)
      },
      signIn: users.signIn,
      now: Date.now,
    }),
    ...createImpersonations({
      config,
      records: table(tables.endpoint),
      countActor: createCountActor({
        dynamoDB: tables.endpoint,
        tableName: 'records',
        timeout: 2_000,
        now: Date.now,
        config,
      }),
      userPool,
      users,
      now: Date.now,
      log: (failed, impersonationId, error) => collect({ failed, impersonationId, error: (error as Error).name }),
    }),
    log,
    count: () => {},
  })

  return {
    pool,
    perform,
    admin,
    seen,
    triggers: ours,
    oversight,
    /** Approves an impersonation. @param id of its record */
    approve: (approver: Approver, id: string) => staff.approve(approver, id, AbortSignal.timeout(18_000)),
    get table() {
      return state.table
    },

    /** Empties the table, removes all sign-ins from the pool, and sets the behaviour. */
    async reset(behaviour: WorldBehaviour = calm) {
      state.behaviour = behaviour
      state.table = new MemoryTable()
      for (const map of [pool.sessions, pool.families, pool.refreshTokens]) map.clear()
      seen.secrets = new Set()
      for (const list of [seen.lines, seen.cognitoCalls, seen.triggerTimes, seen.ids, seen.ends]) list.length = 0
      for (const { config } of [...Object.values(clients), ...Object.values(tables)]) {
        Object.assign(await config.retryStrategy(), { capacity: 500 })
      }
    },

    post,

    /** Prepares an impersonation. */
    async prepare(changes: Changes): Promise<Answer | 'ended'> {
      const answer = await post({ route: 'POST /auth/impersonations', ...changes })
      if (answer !== 'ended' && typeof answer.body.ticket === 'string') {
        // A ticket is `id.secret`. The id is not a secret.
        seen.secrets.add(answer.body.ticket.split('.')[1] ?? '')
      }
      return answer
    },

    redeem,

    /** @returns the answer with the session, or of the step that failed. */
    async impersonate(way: Way, changes: Changes): Promise<Answer | 'ended'> {
      if (way === 'without a ticket') return post(changes)
      const prepared = await this.prepare(changes)
      return prepared === 'ended' || prepared.statusCode !== 201 ? prepared : redeem(prepared.body.ticket)
    },
  }

  /** Redeems a ticket, without an API key and without `Authorization`. */
  function redeem(ticket: unknown): Promise<Answer | 'ended'> {
    return post({
      route: 'POST /auth/session',
      headers: { Authorization: [] },
      body: JSON.stringify({ ticket }),
      requestContext: { identity: { sourceIp: '198.51.100.7', userAgent: 'Firefox' } as never },
    })
  }

  /** @returns the endpoint's answer, or 'ended' if its process ends first. */
  function post(changes: Changes): Promise<Answer | 'ended'> {
    const run = new Process('endpoint')
    const limit = setTimeout(() => run.end(), functionLimits.endpoint)
    return run
      .run(async () => {
        const { statusCode, headers, body } = await endpoint(gatewayEvent(changes), {} as Context)
        return { statusCode, headers: headers as Record<string, string>, body: JSON.parse(body) }
      })
      .finally(() => clearTimeout(limit))
  }
}
