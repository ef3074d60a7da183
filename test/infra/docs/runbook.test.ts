// Compares RUNBOOK.md's queries, policy and steps with the code's logs and the stack's template.

import { readFileSync } from 'node:fs'
import { describe, expect, jest, test } from '@jest/globals'
import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import type { Context } from 'aws-lambda'
import { accessLogFormat } from '../../../infra/api/access-log.ts'
import { Impersonation } from '../../../infra/impersonation.ts'
import { readEndpointConfig } from '../../../lambda/config.ts'
import { createEndpoint } from '../../../lambda/endpoint/routes.ts'
import { ImpersonationError } from '../../../lambda/errors.ts'
import { createImpersonationTriggers } from '../../../lambda/triggers/impersonation-client.ts'
import { endpointEnvironment } from '../../support/environment.ts'
import { gatewayEvent } from '../../support/gateway-event.ts'
import { triggerEvent } from '../../support/trigger-event.ts'
import { onlyOne, templateOf } from '../template.ts'

const runbook = readFileSync(new URL('../../../infra/docs/RUNBOOK.md', import.meta.url), 'utf8')

/** The paths of a line's values, as Logs Insights names them. */
function pathsIn(value: unknown, path = ''): string[] {
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, path ? `${path}.${name}` : name))
}

/** Lambda's JSON log format puts a logged object under `message`. */
const underMessage = (lines: readonly unknown[]) => lines.flatMap((message) => pathsIn({ message }))

async function endpointFields(): Promise<string[]> {
  const line = jest.fn<(line: unknown) => void>()
  const cause = Object.assign(new Error('no'), { name: 'InternalErrorException' })
  const outcomes = [
    async () => ({ id: 'id', idToken: 'id-token', accessToken: 'access-token', username: 'alice', endsAt: 1 }),
    async () => {
      throw Object.assign(new ImpersonationError('Unavailable', { cause }), { impersonationId: 'id' })
    },
  ]
  for (const impersonate of outcomes) {
    const endpoint = createEndpoint({
      config: readEndpointConfig(endpointEnvironment),
      reasonForm: undefined,
      authenticate: async () => ({
        sub: 'sub',
        username: 'olivia',
        groups: [],
        clientId: 'actors',
        impersonated: false,
      }),
      impersonate,
      handOff: {} as never,
      log: { info: line, warn: line, error: line },
      count: () => {},
    })
    await endpoint(gatewayEvent({}), {} as Context)
  }
  return underMessage(line.mock.calls.flat())
}

async function triggerFields(): Promise<string[]> {
  const line = jest.fn<(line: unknown) => void>()
  const refuse = async () => {}
  const records = { redeem: async () => false, read: async () => undefined, issue: async () => undefined, refuse }
  const triggers = createImpersonationTriggers(
    records,
    { protectedGroups: [], mayActAs: 'none', approvalGroups: [], sessionMinutes: 60, scopes: [] },
    line,
  )
  await triggers(triggerEvent('TokenGeneration_RefreshTokens')).catch(() => {})
  return underMessage(line.mock.calls.flat())
}

const fieldsOf: Record<string, () => Promise<string[]>> = {
  AccessLogGroupName: async () => Object.keys(JSON.parse(accessLogFormat.toString())),
  EndpointLogGroupName: endpointFields,
  TriggersLogGroupName: triggerFields,
}

/** The queries for Logs Insights, each with its log group. */
const queries = [...runbook.matchAll(/On `<(\w+)>`:\n\n\s*```\n([\s\S]*?)```/gi)].map(
  ([, logGroup = '', query = '']) => ({ logGroup, query: query.replaceAll(/^ +/gm, '').trim() }),
)
const words = 'fields|filter|stats|sort|count|as|by|and|desc'

/** The fields that a query reads, without values, keywords, and names that the query defines. */
function fieldsIn(query: string): string[] {
  const given = [...query.matchAll(/ as (\w+)/g)].map(([, name]) => name)
  const names = query.replaceAll(/"[^"]*"/g, '').match(/@?[A-Za-z][\w.]*/g) ?? []
  return names.filter((name) => !name.startsWith('@') && !given.includes(name) && !RegExp(`^(${words})$`).test(name))
}

describe('the queries', () => {
  test('each name their log group', () => {
    const commands = (text: string) => text.match(/^[ |]*(filter|fields|stats|sort) .*$/gm) ?? []
    expect(commands(runbook)).toHaveLength(queries.flatMap(({ query }) => commands(query)).length)
    expect(queries.length).toBeGreaterThan(0)
  })

  test.each(queries)('read only fields that are logged: $query', async ({ logGroup, query }) => {
    const logged = await fieldsOf[logGroup]?.()
    const read = fieldsIn(query)
    expect(read).not.toEqual([])
    expect(read.filter((field) => !logged?.includes(field))).toEqual([])
  })

  test('by aws logs filter-log-events read only fields that are logged', async () => {
    const read = [...runbook.matchAll(/--filter-pattern '{ \$\.([\w.]+) /g)].map(([, field]) => field)
    expect(read.length).toBeGreaterThan(0)
    expect(await endpointFields()).toEqual(expect.arrayContaining(read))
  })
})

test('the policy in RUNBOOK.md is the policy of the records table', async () => {
  const [, policy = ''] = /--policy '({[\s\S]*?\n\s*})'\n/.exec(runbook) ?? []
  const written = policy.replaceAll(/'"\$\(role <(\w+)FunctionName>\)"'/g, '<$1/Role.Arn>')
  const { PolicyDocument } = onlyOne(await templateOf(), 'AWS::DynamoDB::Table').ResourcePolicy
  const sorted = (document: { Statement: { Action: string | string[] }[] }) => ({
    ...document,
    Statement: document.Statement.map((statement) => ({ ...statement, Action: [statement.Action].flat().toSorted() })),
  })
  expect(sorted(JSON.parse(written))).toEqual(sorted(PolicyDocument))
})

test('the line that rotates the impersonation client’s secret makes the whole stack use a new client', () => {
  const line = "impersonation.impersonationClient.overrideLogicalId('ImpersonationClient2')"
  expect(runbook).toContain(line)
  const templates = [false, true].map((rotated) => {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Shop')
    const impersonation = new Impersonation(stack, 'Impersonation')
    if (rotated) impersonation.impersonationClient.overrideLogicalId('ImpersonationClient2')
    return Template.fromStack(stack)
  })
  const [before, after] = templates.map((template) => JSON.stringify(template.toJSON()))
  const [, former = ''] =
    /"(\w+)":{"Type":"AWS::Cognito::UserPoolClient","Properties":{[^}]*"impersonation"/.exec(before ?? '') ?? []
  expect(former).toMatch(/ImpersonationClient/)
  expect(after).toBe(before?.replaceAll(`"${former}"`, '"ImpersonationClient2"'))
})
