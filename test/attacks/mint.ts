// Attempts to mint tokens through the public Cognito API, with the app client's secret.

import { randomBytes, randomUUID } from 'node:crypto'
import {
  AdminAddUserToGroupCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminInitiateAuthCommand,
  AdminRemoveUserFromGroupCommand,
  type AuthFlowType,
  type ChallengeNameType,
  GetTokensFromRefreshTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Grant } from '../../lambda/grant.ts'
import type { ImpersonationRecord } from '../../lambda/records-schema.ts'
import { claimsOf } from '../acceptance/client.ts'
import { becomeInsider, type Deployment } from './insider.ts'

type Insider = Awaited<ReturnType<typeof becomeInsider>>
type Metadata = Record<string, string> | undefined

export function mint(deployment: () => Deployment, races: number) {
  let insider: Insider
  beforeAll(async () => {
    insider = await becomeInsider(deployment())
  })

  async function expectNoTokens(attack: Promise<unknown>, name: RegExp = /NotAuthorized/) {
    await expect(attack).rejects.toMatchObject({ name: expect.stringMatching(name) })
  }
  const otherId = randomUUID()
  const random = (bytes = 32) => randomBytes(bytes).toString('base64url')

  test('the unchanged answer of a grant brings tokens, so only the change explains each refusal below', async () => {
    const { answer, id } = await insider.request()
    const { IdToken, AccessToken } = await insider.respond(await insider.start('alice'), answer)
    for (const token of [IdToken, AccessToken]) expect(claimsOf(token)).toMatchObject({ impersonation_id: id })
    expect(await insider.records.read(id)).toMatchObject({ state: 'issued' })
  })

  describe('a wrong answer brings no tokens and does not change the record:', () => {
    test.each<[string, (grant: Grant) => string]>([
      ['the record id alone', ({ id }) => id],
      ['a random grant', ({ id }) => `${id}.${random()}`],
      ['zeros', ({ id }) => `${id}.${'A'.repeat(43)}`],
      ['the hash from the record', ({ id, hash }) => `${id}.${hash}`],
      ['without the last character', ({ answer }) => answer.slice(0, -1)],
      ['with one more character', ({ answer }) => `${answer}A`],
      ['with a space at the start', ({ answer }) => ` ${answer}`],
      ['with a line break at the end', ({ answer }) => `${answer}\n`],
      ['in capitals', ({ answer }) => answer.toUpperCase()],
      ['with the id in capitals', ({ id, answer }) => id.toUpperCase() + answer.slice(id.length)],
      ['with a colon instead of the dot', ({ answer }) => answer.replace('.', ':')],
      ['twice', ({ answer }) => `${answer}.${answer}`],
      ['as JSON', ({ answer }) => JSON.stringify({ answer })],
      ['with another id', ({ id, answer }) => otherId + answer.slice(id.length)],
      ['with 100,000 characters', ({ id }) => `${id}.${random(75_000)}`],
      ['with a condition expression', ({ id }) => `${id}.' OR attribute_exists(id) OR 'xxxxxxxxxxxxxxxx`],
    ])('%s', async (_, forge) => {
      const grant = await insider.request()
      const before = await insider.records.read(grant.id)
      const session = await insider.start('alice')
      const ClientMetadata = { impersonationId: grant.id }
      await expectNoTokens(insider.respond(session, forge(grant), { ClientMetadata }))
      expect(await insider.records.read(grant.id)).toEqual(before)
    })
  })

  describe('a grant with wrong metadata brings no tokens:', () => {
    test.each<[string, (other: Grant) => Metadata]>([
      ['no metadata', () => undefined],
      ['empty metadata', () => ({})],
      ['an empty id', () => ({ impersonationId: '' })],
      ['another record’s id', ({ id }) => ({ impersonationId: id })],
      ['the id under another name', ({ id }) => ({ ImpersonationId: id, impersonation_id: id })],
    ])('%s', async (_, metadata) => {
      const [{ answer }, other] = [await insider.request(), await insider.request()]
      const session = await insider.start('alice')
      await expectNoTokens(insider.respond(session, answer, { ClientMetadata: metadata(other) }))
      expect(await insider.records.read(other.id)).toMatchObject({ state: 'requested' })
    })
  })

  describe('a grant brings no tokens if its record is', () => {
    test.each<[string, Partial<ImpersonationRecord>]>([
      ['expired', { grantEndsAt: Date.now() - 1 }],
      ['for another app client', { clientId: 'another' }],
      ['refused', { state: 'refused' }],
      ['discarded', { state: 'discarded' }],
      ['issued', { state: 'issued' }],
      ['redeemed by another challenge', { state: 'redeemed', nonce: 'x' }],
    ])('%s', async (_, changes) => {
      const { answer } = await insider.request(changes)
      await expectNoTokens(insider.respond(await insider.start('alice'), answer))
    })
    test('for the actor as subject', async () => {
      const { answer, id } = await insider.request({ actorSub: await deployment().subOf('alice') })
      await expectNoTokens(insider.respond(await insider.start('alice'), answer), /UserLambdaValidation/)
      expect(await insider.records.read(id)).not.toHaveProperty('issuedAt')
    })
    test('for a protected subject, and the record becomes refused', async () => {
      const { answer, id } = await insider.request()
      const attack = insider.respond(await insider.start('root'), answer, { username: 'root' })
      await expectNoTokens(attack, /UserLambdaValidation/)
      expect(await insider.records.read(id)).toMatchObject({ state: 'refused', code: 'SubjectProtected' })
    })
  })

  describe('a used grant brings no tokens', () => {
    test.each([
      ['in another sign-in of the subject', 'alice'],
      ['in the sign-in of another subject', 'bob'],
    ])('%s', async (_, username) => {
      const { answer, id } = await insider.request()
      await insider.respond(await insider.start('alice'), answer)
      const before = await insider.records.read(id)
      await expectNoTokens(insider.respond(await insider.start(username), answer, { username }))
      expect(await insider.records.read(id)).toEqual(before)
    })
    test('in the same session', async () => {
      const { answer } = await insider.request()
      const session = await insider.start('alice')
      await insider.respond(session, answer)
      await expectNoTokens(insider.respond(session, answer))
    })
    test('in a session after a wrong answer', async () => {
      const { answer, id } = await insider.request()
      const session = await insider.start('alice')
      await expectNoTokens(insider.respond(session, `${id}.${random()}`))
      await expectNoTokens(insider.respond(session, answer))
    })
  })

  test(`exactly one of two sign-ins redeems a grant: ${races} races`, async () => {
    for (let race = 0; race < races; race++) {
      const { answer } = await insider.request()
      const runners = race % 2 === 0 ? ['alice', 'alice'] : ['alice', 'bob']
      const sessions = await Promise.all(runners.map((username) => insider.start(username)))
      const ends = await Promise.allSettled(
        sessions.map((session, n) => insider.respond(session, answer, { username: runners[n] ?? '' })),
      )
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    }
  }, 120_000)

  describe('a grant brings no tokens if, between challenge and answer, the subject was', () => {
    const change = (name: 'alice', group?: string) => {
      const { UserPoolId } = deployment().outputs
      return { UserPoolId, Username: name, GroupName: group ?? '' }
    }
    test('disabled', async () => {
      const { cognito } = deployment()
      const { answer, id } = await insider.request()
      const session = await insider.start('alice')
      await cognito.send(new AdminDisableUserCommand(change('alice')))
      await expectNoTokens(insider.respond(session, answer))
      await cognito.send(new AdminEnableUserCommand(change('alice')))
      expect(await insider.records.read(id)).toMatchObject({ state: 'requested' })
    })
    test('added to a protected group', async () => {
      const { cognito } = deployment()
      const { answer } = await insider.request()
      const session = await insider.start('alice')
      await cognito.send(new AdminAddUserToGroupCommand(change('alice', 'admins')))
      await expectNoTokens(insider.respond(session, answer), /UserLambdaValidation/)
      await cognito.send(new AdminRemoveUserFromGroupCommand(change('alice', 'admins')))
    })
  })

  describe('an attacker with the client’s secret gets no tokens by', () => {
    const parameters = () => ({
      USERNAME: 'alice',
      PASSWORD: 'Alice-Local-1!',
      SECRET_HASH: insider.hash('alice'),
      SRP_A: random(300),
      REFRESH_TOKEN: random(),
    })
    const flows: AuthFlowType[] = [
      'USER_PASSWORD_AUTH',
      'USER_SRP_AUTH',
      'REFRESH_TOKEN_AUTH',
      'REFRESH_TOKEN',
      'USER_AUTH',
    ]
    test.each(flows)('%s', async (AuthFlow) => {
      await expectNoTokens(
        insider.start('alice', { AuthFlow, AuthParameters: parameters() }),
        /InvalidParameter|NotAuth/,
      )
    })
    test.each<AuthFlowType>([...flows, 'ADMIN_USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'])(
      '%s in the admin API',
      async (AuthFlow) => {
        const { cognito, outputs } = deployment()
        const { UserPoolId, ImpersonationClientId: ClientId } = outputs
        const command = new AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow, AuthParameters: parameters() })
        await expectNoTokens(cognito.send(command), /InvalidParameter|NotAuth/)
      },
    )
    test('CUSTOM_AUTH that starts with SRP', async () => {
      const AuthParameters = { ...parameters(), CHALLENGE_NAME: 'SRP_A', SRP_A: '2'.repeat(200) }
      await expectNoTokens(insider.start('alice', { AuthParameters }))
    })
    test.each<ChallengeNameType>(['PASSWORD_VERIFIER', 'NEW_PASSWORD_REQUIRED', 'SMS_MFA', 'SOFTWARE_TOKEN_MFA'])(
      'the session of its challenge, answered with %s',
      async (ChallengeName) => {
        const { answer } = await insider.request()
        const ChallengeResponses = {
          USERNAME: 'alice',
          SECRET_HASH: insider.hash('alice'),
          ANSWER: answer,
          NEW_PASSWORD: 'Alice-Local-2!',
          PASSWORD_CLAIM_SECRET_BLOCK: 'x',
          PASSWORD_CLAIM_SIGNATURE: 'x',
          TIMESTAMP: 'x',
        }
        const attack = insider.respond(await insider.start('alice'), answer, { ChallengeName, ChallengeResponses })
        await expectNoTokens(attack, /InvalidParameter|NotAuth/)
      },
    )
    test('the session of another user', async () => {
      const { answer } = await insider.request()
      await expectNoTokens(insider.respond(await insider.start('bob'), answer, { username: 'alice' }))
    })
    test('CUSTOM_AUTH with the actors’ client', async () => {
      const { outputs } = deployment()
      const attack = insider.start('alice', { ClientId: outputs.ActorClientId, AuthParameters: { USERNAME: 'alice' } })
      await expectNoTokens(attack, /InvalidParameter/)
    })
  })

  test('the refresh token of an impersonation brings no tokens after the grant expired', async () => {
    const { cognito, dynamoDB, outputs } = deployment()
    const { answer, id } = await insider.request()
    const { RefreshToken } = await insider.respond(await insider.start('alice'), answer)
    await dynamoDB.send(
      new UpdateItemCommand({
        TableName: outputs.RecordsTableName,
        Key: { id: { S: id } },
        UpdateExpression: 'SET grantEndsAt = :past',
        ExpressionAttributeValues: { ':past': { N: String(Date.now() - 1) } },
      }),
    )
    const command = new GetTokensFromRefreshTokenCommand({
      ClientId: outputs.ImpersonationClientId,
      ClientSecret: insider.secret,
      RefreshToken,
      ClientMetadata: { impersonationId: id },
    })
    await expectNoTokens(cognito.send(command), /UserLambdaValidation/)
  })
}
