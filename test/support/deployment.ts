// A local run with the demo people, optionally with a changed template or a faulty Cognito.

import { expect } from '@jest/globals'
import type { Template } from '../../infra/local/cloudformation/template.ts'
import type { ClientProperties, PoolProperties } from '../../infra/local/cognito/pool.ts'
import type { CognitoOptions } from '../../infra/local/cognito/server.ts'
import { demoPeople } from '../../infra/local/demo/people.ts'
import type { LogEntry } from '../../infra/local/log.ts'
import { addPeople } from '../../infra/local/people/add-people.ts'
import { type LocalRunOptions, runLocally } from '../../infra/local/run.ts'
import { type Answer, type Client, createClient } from '../acceptance/client.ts'
import { undescribed } from '../acceptance/contract.ts'
import { connect, type Outputs, type Target } from '../acceptance/target.ts'
import { poolKeys } from './pool-keys.ts'
import type { Way } from './ways.ts'

export type Intercept = NonNullable<CognitoOptions['intercept']>

const keys = poolKeys()

/** @returns the run. `calls` lists the Cognito operations after the set-up, `log` all lines of the functions. */
export async function startDeployment({ intercept, ...options }: LocalRunOptions) {
  const calls: string[] = []
  const log: LogEntry[] = []
  let ready = false
  const run = await runLocally({
    keys: () => keys,
    ...options,
    log: (entry) => log.push(entry),
    intercept: async (operation, fields, go) => {
      if (!ready) return go()
      calls.push(operation)
      return intercept ? intercept(operation, fields, go) : go()
    },
  })
  const outputs = run.outputs as unknown as Outputs
  const clients = connect(outputs)
  const pool = run.cognito.pools.get(outputs.UserPoolId)
  if (!pool) throw new Error(`no pool ${outputs.UserPoolId}`)
  const people = demoPeople({ vips: run.settings.approvalGroups[0] })
  addPeople(pool, people, { now: Date.now(), report: (message) => log.push({ source: 'run', message }) })
  const target = {
    outputs,
    apiKey: Object.values(run.apiKeys)[0] ?? '',
    resourceServerKey: Object.values(run.resourceServerKeys)[0] ?? '',
    ...clients,
    close: run.close,
  }
  const client = createClient(target)
  const { IdToken } = await client.signIn('olivia')
  ready = true

  /** Changes the settings of the pool and of our app client in it. @returns a function that undoes it */
  const editPool = (edit: (properties: PoolProperties, ourClient: ClientProperties) => unknown) => {
    const ourClient = pool.clients.get(outputs.ImpersonationClientId)
    if (!ourClient) throw new Error('the pool lacks our app client')
    const before = [pool.properties, ourClient.properties] as const
    ;[pool.properties, ourClient.properties] = structuredClone(before)
    edit(pool.properties, ourClient.properties)
    return () => {
      ;[pool.properties, ourClient.properties] = before
    }
  }

  return {
    ...target,
    ...client,
    ...createTicketClient(target, client),
    olivia: IdToken,
    run,
    pool,
    editPool,
    calls,
    log,
  }
}

/** Sends the requests of the back office and of the app's page. */
function createTicketClient({ outputs, apiKey }: Pick<Target, 'outputs' | 'apiKey'>, { impersonate }: Client) {
  async function post(path: string, headers: Record<string, string>, body: unknown): Promise<Answer> {
    const response = await fetch(outputs.ApiUrl + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const answer = {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Answer['body'],
    }
    expect(undescribed({ method: 'POST', path }, answer)).toEqual([])
    return answer
  }
  const prepare = (username: string, Authorization: string, more: object = {}) =>
    post('/auth/impersonations', { Authorization, 'X-API-Key': apiKey }, { username, ...more })
  const redeem = (ticket: unknown, headers: Record<string, string> = {}) => post('/auth/session', headers, { ticket })

  return {
    prepare,
    redeem,
    /** @returns the answer with the session, or of the step that failed. */
    async impersonateBy(way: Way, username: string, authorization: string): Promise<Answer> {
      if (way === 'without a ticket') return impersonate(username, authorization)
      const prepared = await prepare(username, authorization)
      return prepared.status === 201 ? redeem(prepared.body.ticket) : prepared
    },
  }
}

/** Edits the properties of all resources of a type. @throws Error if the template has no such resource. */
export function change(type: string, edit: (properties: Properties) => void) {
  return (template: Template): void => {
    const found = Object.values(template.Resources).filter((resource) => resource.Type === type)
    if (found.length === 0) throw new Error(`no ${type} in the template`)
    for (const { Properties = {} } of found) edit(Properties as Properties)
  }
}

// biome-ignore lint/suspicious/noExplicitAny: template properties are untyped.
type Properties = Record<string, any>
