// Attacks on the mint, through the public Cognito API, by somebody who has the app client's secret.

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
  const someId = randomUUID()
  const random = (bytes = 32) => randomBytes(bytes).toString('base64url')

  test('a grant’s own answer is right: what follows is refused for what is wrong with it', async () => {
    const { answer, id } = await insider.request()
    const { IdToken, AccessToken } = await insider.respond(await insider.start('alice'), answer)
    for (const token of [IdToken, AccessToken]) expect(claimsOf(token)).toMatchObject({ impersonation_id: id })
    expect(await insider.records.read(id)).toMatchObject({ state: 'issued' })
  })

  describe('an answer that is not the grant brings no tokens, and leaves the record to its owner:', () => {
    test.each<[string, (grant: Grant) => string]>([
      ['the id alone', ({ id }) => id],
      ['a guess', ({ id }) => `${id}.${random()}`],
      ['zeros', ({ id }) => `${id}.${'A'.repeat(43)}`],
      ['what the record holds of it', ({ id, hash }) => `${id}.${hash}`],
      ['all but its last character', ({ answer }) => answer.slice(0, -1)],
      ['one character more', ({ answer }) => `${answer}A`],
      ['a blank before', ({ answer }) => ` ${answer}`],
      ['a line break after', ({ answer }) => `${answer}\n`],
      ['in capitals', ({ answer }) => answer.toUpperCase()],
      ['in capitals as to the id', ({ id, answer }) => id.toUpperCase() + answer.slice(id.length)],
      ['for a colon the dot', ({ answer }) => answer.replace('.', ':')],
      ['twice', ({ answer }) => `${answer}.${answer}`],
      ['as JSON', ({ answer }) => JSON.stringify({ answer })],
      ['under another id', ({ id, answer }) => someId + answer.slice(id.length)],
      ['of 100,000 characters', ({ id }) => `${id}.${random(75_000)}`],
      ['as an expression', ({ id }) => `${id}.' OR attribute_exists(id) OR 'xxxxxxxxxxxxxxxx`],
    ])('%s', async (_, forge) => {
      const grant = await insider.request()
      const before = await insider.records.read(grant.id)
      const session = await insider.start('alice')
      const ClientMetadata = { impersonationId: grant.id }
      await expectNoTokens(insider.respond(session, forge(grant), { ClientMetadata }))
      expect(await insider.records.read(grant.id)).toEqual(before)
    })
  })

  describe('the grant with other metadata brings no tokens:', () => {
    test.each<[string, (other: Grant) => Metadata]>([
      ['none', () => undefined],
      ['empty', () => ({})],
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

  describe('the grant of a record brings no tokens where the record is', () => {
    test.each<[string, Partial<ImpersonationRecord>]>([
      ['a minute old', { grantEndsAt: Date.now() - 1 }],
      ['another app client’s', { clientId: 'another' }],
      ['refused', { state: 'refused' }],
      ['discarded', { state: 'discarded' }],
      ['issued', { state: 'issued' }],
      ['redeemed by another challenge', { state: 'redeemed', nonce: 'x' }],
    ])('%s', async (_, changes) => {
      const { answer } = await insider.request(changes)
      await expectNoTokens(insider.respond(await insider.start('alice'), answer))
    })
    test('of an actor who is the subject', async () => {
      const { answer, id } = await insider.request({ actorSub: await deployment().subOf('alice') })
      await expectNoTokens(insider.respond(await insider.start('alice'), answer), /UserLambdaValidation/)
      expect(await insider.records.read(id)).not.toHaveProperty('issuedAt')
    })
    test('of a protected subject, and says so', async () => {
      const { answer, id } = await insider.request()
      const attack = insider.respond(await insider.start('root'), answer, { username: 'root' })
      await expectNoTokens(attack, /UserLambdaValidation/)
      expect(await insider.records.read(id)).toMatchObject({ state: 'refused', code: 'SubjectProtected' })
    })
  })

  describe('a grant that was used brings no tokens', () => {
    test.each([
      ['in another sign-in of its subject', 'alice'],
      ['in another subject’s sign-in', 'bob'],
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
    test('in a session where an answer was wrong before', async () => {
      const { answer, id } = await insider.request()
      const session = await insider.start('alice')
      await expectNoTokens(insider.respond(session, `${id}.${random()}`))
      await expectNoTokens(insider.respond(session, answer))
    })
  })

  test(`of two who redeem one grant at once, one wins: ${races} times`, async () => {
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

  describe('a subject whose state changes between challenge and answer brings no tokens:', () => {
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
    test('protected', async () => {
      const { cognito } = deployment()
      const { answer } = await insider.request()
      const session = await insider.start('alice')
      await cognito.send(new AdminAddUserToGroupCommand(change('alice', 'admins')))
      await expectNoTokens(insider.respond(session, answer), /UserLambdaValidation/)
      await cognito.send(new AdminRemoveUserFromGroupCommand(change('alice', 'admins')))
    })
  })

  describe('the impersonation client, with its secret, has no other way in:', () => {
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
      '%s by the admin API',
      async (AuthFlow) => {
        const { cognito, outputs } = deployment()
        const { UserPoolId, ImpersonationClientId: ClientId } = outputs
        const command = new AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow, AuthParameters: parameters() })
        await expectNoTokens(cognito.send(command), /InvalidParameter|NotAuth/)
      },
    )
    test('CUSTOM_AUTH that begins with SRP', async () => {
      const AuthParameters = { ...parameters(), CHALLENGE_NAME: 'SRP_A', SRP_A: '2'.repeat(200) }
      await expectNoTokens(insider.start('alice', { AuthParameters }))
    })
    test.each<ChallengeNameType>(['PASSWORD_VERIFIER', 'NEW_PASSWORD_REQUIRED', 'SMS_MFA', 'SOFTWARE_TOKEN_MFA'])(
      'the session of its challenge, answered as %s',
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
    test('a session of another user', async () => {
      const { answer } = await insider.request()
      await expectNoTokens(insider.respond(await insider.start('bob'), answer, { username: 'alice' }))
    })
    test('CUSTOM_AUTH of the actors’ client', async () => {
      const { outputs } = deployment()
      const attack = insider.start('alice', { ClientId: outputs.ActorClientId, AuthParameters: { USERNAME: 'alice' } })
      await expectNoTokens(attack, /InvalidParameter/)
    })
  })

  test('a refresh token of the sign-in, which never leaves the endpoint, brings no tokens once the grant has ended', async () => {
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
