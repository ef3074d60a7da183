// A pool of the local Cognito in this process, without HTTP, with the demo people.

import { randomBytes } from 'node:crypto'
import { CognitoError } from '../../infra/local/cognito/errors.ts'
import { Input } from '../../infra/local/cognito/input.ts'
import { operations } from '../../infra/local/cognito/operations.ts'
import type { Client, Pool } from '../../infra/local/cognito/pool.ts'
import { addUser } from '../../infra/local/cognito/users.ts'
import { demoPeople } from '../../infra/local/demo/people.ts'
import type { Functions } from '../../infra/local/lambda/functions.ts'
import { addPeople } from '../../infra/local/people/add-people.ts'
import { poolKeys } from './pool-keys.ts'
import { userPoolId } from './tokens.ts'

export type MemoryPool = Awaited<ReturnType<typeof makeMemoryPool>>

const minutes = { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' }

/** The clients of the stack, with the ids of test/support/environment.ts. */
const clients: Client[] = [
  {
    id: 'actors',
    secret: undefined,
    properties: {
      ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
    },
  },
  {
    id: 'ours',
    secret: 'client_secret_for_tests_1',
    properties: {
      ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'LEGACY',
      AccessTokenValidity: 60,
      IdTokenValidity: 60,
      RefreshTokenValidity: 60,
      TokenValidityUnits: minutes,
    },
  },
]

export async function makeMemoryPool(invoke: Functions['invoke']) {
  const at = Date.now()
  const pool: Pool = {
    definition: {
      id: userPoolId,
      arn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${userPoolId}`,
      region: 'us-east-1',
      account: '000000000000',
      properties: {},
      clients: [],
      groups: [],
    },
    properties: {
      UserPoolTier: 'ESSENTIALS',
      AliasAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      LambdaConfig: {
        DefineAuthChallenge: 'arn:triggers',
        CreateAuthChallenge: 'arn:triggers',
        VerifyAuthChallengeResponse: 'arn:triggers',
        PreTokenGenerationConfig: { LambdaArn: 'arn:triggers', LambdaVersion: 'V2_0' },
      },
    },
    clients: new Map(clients.map((client) => [client.id, client])),
    groups: new Map(
      ['impersonators', 'impersonation-auditors', 'approvers', 'admins', 'gold', 'vips', 'customers'].map(
        (GroupName) => [GroupName, { GroupName }],
      ),
    ),
    users: new Map(),
    sessions: new Map(),
    families: new Map(),
    refreshTokens: new Map(),
    enforcedInCustomAuth: new Set(),
    keys: await poolKeys('memoryPool'),
    decoySecret: randomBytes(32),
    createdAt: at,
    modifiedAt: at,
  }

  /** @throws CognitoError */
  async function perform(operation: string, fields: object): Promise<object> {
    const known = operations.get(operation)
    if (!known) throw new CognitoError('UnknownOperationException', operation)
    const pools = new Map([[userPoolId, pool]])
    const server = { pools, invoke, now: Date.now(), region: 'us-east-1', account: '000000000000' }
    return known.run({
      input: new Input({ ...fields }),
      ...server,
      makeKeys: async () => pool.keys,
      mayPassRole: () => true,
    })
  }

  const admin = (operation: string, Username: string, more: object = {}) =>
    perform(operation, { UserPoolId: userPoolId, Username, ...more })
  addPeople(pool, demoPeople({ customers: 'customers', vips: 'vips' }), { now: at, report: () => {} })
  addUser(pool, 'Okta_7', [], 'EXTERNAL_PROVIDER', at)

  return { pool, perform, admin }
}
