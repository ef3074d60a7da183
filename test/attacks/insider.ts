// An attacker with the app client's secret who calls the public Cognito API. Tests can also give them grants.

import { createHmac } from 'node:crypto'
import {
  DescribeUserPoolClientCommand,
  InitiateAuthCommand,
  type InitiateAuthCommandInput,
  RespondToAuthChallengeCommand,
  type RespondToAuthChallengeCommandInput,
} from '@aws-sdk/client-cognito-identity-provider'
import { type Grant, newGrant } from '../../lambda/grant.ts'
import { createRecords } from '../../lambda/records.ts'
import type { ImpersonationRecord } from '../../lambda/records-schema.ts'
import type { startDeployment } from '../support/deployment.ts'

export type Deployment = Awaited<ReturnType<typeof startDeployment>>

export async function becomeInsider({ cognito, dynamoDB, outputs, subOf }: Deployment) {
  const { UserPoolId, ImpersonationClientId: ClientId, RecordsTableName: tableName } = outputs
  const { UserPoolClient } = await cognito.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }))
  const secret = UserPoolClient?.ClientSecret ?? ''
  const hash = (username: string) =>
    createHmac('sha256', secret)
      .update(username + ClientId)
      .digest('base64')
  const records = createRecords({ dynamoDB, tableName, timeout: 5_000, now: Date.now })
  const actorSub = await subOf('olivia')

  return {
    secret,
    hash,
    records,

    /** Writes the record of a request by olivia to act as alice. @returns its grant. */
    async request(changes: Partial<ImpersonationRecord> = {}): Promise<Grant> {
      const grant = newGrant()
      const now = Date.now()
      await records.put({
        id: grant.id,
        state: 'requested',
        grantHash: grant.hash,
        grantEndsAt: now + 60_000,
        clientId: ClientId,
        actorSub,
        actorUsername: 'olivia',
        subjectAsked: 'alice',
        requestedAt: now,
        expiresAt: Math.floor(now / 1000) + 86_400,
        ...changes,
      })
      return grant
    },
    async start(username: string, changes: Partial<InitiateAuthCommandInput> = {}): Promise<string> {
      const command = new InitiateAuthCommand({
        ClientId,
        AuthFlow: 'CUSTOM_AUTH',
        AuthParameters: { USERNAME: username, SECRET_HASH: hash(username) },
        ...changes,
      })
      return String((await cognito.send(command)).Session)
    },
    async respond(
      Session: string,
      ANSWER: string,
      changes: Partial<RespondToAuthChallengeCommandInput> & { username?: string } = {},
    ) {
      const { username = 'alice', ...more } = changes
      const command = new RespondToAuthChallengeCommand({
        ClientId,
        ChallengeName: 'CUSTOM_CHALLENGE',
        Session,
        ChallengeResponses: { USERNAME: username, ANSWER, SECRET_HASH: hash(username) },
        ClientMetadata: { impersonationId: ANSWER.split('.')[0] ?? '' },
        ...more,
      })
      const { AuthenticationResult } = await cognito.send(command)
      return AuthenticationResult as { IdToken: string; AccessToken: string; RefreshToken: string }
    },
  }
}
