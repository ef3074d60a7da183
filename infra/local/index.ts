// The module `cognito-impersonation/local`: impersonation on this machine, for tests.

import type { Log } from './log.ts'
import { versionProblem } from './node-version.js'
import type { Person } from './people/person.ts'
import { readPeople } from './people/read-people.ts'
import { runLocally as run } from './run.ts'

export type { BusEvent, EventLog, FunctionLog, Log, LogEntry, RequestLog, RunLog } from './log.ts'
export type { Person } from './people/person.ts'

export interface RunLocallyOptions {
  /** Settings by name, as in cdk.json under `context` or with `-c`. The CDK's own keys are accepted, too. */
  context?: Readonly<Record<string, unknown>>
  /** The port of the API. Default: 0, a free port. */
  port?: number
  /** The port of Cognito. Default: 0, a free port. */
  cognitoPort?: number
  /** The people in the user pool. Default: the demo people, such as olivia, who may impersonate, and alice. */
  people?: readonly Person[]
  /** A folder with the code of the functions that the setting `nextTriggers` names: `<name>/index.mjs`. */
  triggersFolder?: string
  /** Gets each request, each line that a function logs, each event, and messages of the run itself. Default: no log. */
  log?: Log
  /**
   * The clock of Cognito and of the API, in ms since the epoch. The Lambda functions use the machine's clock, so a clock
   * that differs by much gets tokens that they refuse. Default: the machine's clock.
   */
  now?: () => number
}

/** The outputs of the stack, and the addresses and values that only a local run has. */
export interface Outputs {
  /** The base URL of the API, such as `http://127.0.0.1:3000/v1`. */
  ApiUrl: string
  UserPoolId: string
  /** The app client that actors sign in with. */
  ActorClientId: string
  /** The app client of the impersonated sessions: their tokens' audience. */
  ImpersonationClientId: string
  /** The table with the record of each impersonation, at `DynamoDbEndpoint`. */
  RecordsTableName: string
  /** The endpoint of Cognito for an AWS SDK. Every access key is accepted. */
  CognitoEndpoint: string
  /** The endpoint of DynamoDB for an AWS SDK. */
  DynamoDbEndpoint: string
  /** The `iss` of the tokens, as at AWS. */
  Issuer: string
  /** The address of the keys that sign the tokens. At AWS it is below the issuer, here it is not. */
  JwksUri: string
  /** `ApiKeyValueDefault` is the API key of the customer `default`, `ApiKeyValueAcmeCorp` that of `acme-corp`. */
  [apiKeyValue: `ApiKeyValue${string}`]: string
  [output: string]: string
}

export interface LocalRun {
  outputs: Outputs
  /** The people in the user pool, with the groups that they are in. */
  people: readonly Person[]
  /** Stops all servers. Users and records are gone. */
  close(): Promise<void>
}

/**
 * Runs the stack on this machine: API Gateway, Lambda functions, Cognito and DynamoDB, on 127.0.0.1. Needs no AWS account.
 * Each run has its own users and records.
 * @throws Error when a setting or a person breaks its rule, a port is taken, Node.js is older than 22.18, or `aws-cdk-lib`
 *   is missing
 */
export async function runLocally(options: RunLocallyOptions = {}): Promise<LocalRun> {
  const problem = versionProblem()
  if (problem) throw new Error(problem)
  assertKnown(options)
  const { people, ...others } = options
  const { outputs, close, ...started } = await run({
    ...others,
    people: people === undefined ? 'demo' : readPeople(people, 'people'),
  })
  return { outputs: outputs as Outputs, people: started.people, close }
}

const optionNames = {
  context: true,
  port: true,
  cognitoPort: true,
  people: true,
  triggersFolder: true,
  log: true,
  now: true,
} satisfies Record<keyof RunLocallyOptions, true>

function assertKnown(options: object): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(optionNames, name))
  if (unknown === undefined) return
  throw new Error(`unknown option ${unknown}: the options are ${Object.keys(optionNames).join(', ')}`)
}
