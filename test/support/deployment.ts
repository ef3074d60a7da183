// A local run made to go wrong: its template changed, or its Cognito misbehaving.

import type { Template } from '../../infra/local/cloudformation/template.ts'
import type { CognitoOptions } from '../../infra/local/cognito/server.ts'
import { makeDemoPeople } from '../../infra/local/demo/people.ts'
import type { LogEntry } from '../../infra/local/log.ts'
import { type LocalRunOptions, runLocally } from '../../infra/local/run.ts'
import { createClient } from '../acceptance/client.ts'
import { connect, type Outputs } from '../acceptance/target.ts'

export type Intercept = NonNullable<CognitoOptions['intercept']>

/** With the demo people in it. `calls` lists what Cognito was asked since, `log` all that the functions printed. */
export async function startDeployment({ intercept, ...options }: LocalRunOptions) {
  const calls: string[] = []
  const log: LogEntry[] = []
  let ready = false
  const run = await runLocally({
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
  await makeDemoPeople(clients.cognito, outputs.UserPoolId)
  const target = { outputs, apiKey: Object.values(run.apiKeys)[0] ?? '', ...clients, close: run.close }
  const client = createClient(target)
  const { IdToken } = await client.signIn('olivia')
  ready = true
  return { ...target, ...client, olivia: IdToken, run, calls, log }
}

/** Changes the properties of each resource of a type. @throws Error where there is none. */
export function change(type: string, edit: (properties: Properties) => void) {
  return (template: Template): void => {
    const found = Object.values(template.Resources).filter((resource) => resource.Type === type)
    if (found.length === 0) throw new Error(`no ${type} in the template`)
    for (const { Properties = {} } of found) edit(Properties as Properties)
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a template's properties have no type.
type Properties = Record<string, any>
