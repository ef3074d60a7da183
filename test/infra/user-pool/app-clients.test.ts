// The actors' client and the impersonation client.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { App, Lazy, Stack } from 'aws-cdk-lib'
import { Impersonation } from '../../../infra/impersonation.ts'
import { ofType, type StackTemplate, templateOf } from '../template.ts'

/** The standard attributes of a pool without others. */
const all = (
  'address birthdate email email_verified family_name gender given_name locale middle_name name nickname phone_number ' +
  'phone_number_verified picture preferred_username profile updated_at website zoneinfo'
).split(' ')

let template: StackTemplate
beforeAll(async () => {
  template = await templateOf()
})

describe('impersonation client', () => {
  const settingsOf = (of: StackTemplate) => ofType(of, 'AWS::Cognito::UserPoolClient').ImpersonationClient

  test('has a secret, allows only CUSTOM_AUTH and refresh, and its tokens last as long as a session', () => {
    expect(settingsOf(template)).toEqual({
      UserPoolId: '<UserPool>',
      ClientName: 'impersonation',
      GenerateSecret: true,
      // Cognito may refuse a client without ALLOW_REFRESH_TOKEN_AUTH. The triggers refuse refreshes: guarantees.test.ts.
      ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      AllowedOAuthFlowsUserPoolClient: false,
      SupportedIdentityProviders: ['COGNITO'],
      PreventUserExistenceErrors: 'LEGACY',
      EnableTokenRevocation: true,
      ReadAttributes: all,
      WriteAttributes: ['locale'],
      IdTokenValidity: 60,
      AccessTokenValidity: 60,
      RefreshTokenValidity: 60,
      TokenValidityUnits: { IdToken: 'minutes', AccessToken: 'minutes', RefreshToken: 'minutes' },
      AuthSessionValidity: 3,
    })
  })

  test.each([
    { sessionMinutes: 5, refresh: 60 },
    { sessionMinutes: 1440, refresh: 1440 },
  ])(
    'has refresh tokens of $refresh minutes for sessions of $sessionMinutes minutes',
    async ({ sessionMinutes, refresh }) => {
      expect(settingsOf(await templateOf({ sessionMinutes }))).toMatchObject({
        IdTokenValidity: sessionMinutes,
        AccessTokenValidity: sessionMinutes,
        RefreshTokenValidity: refresh,
      })
    },
  )

  test('is refused in actorClientIds', () => {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'App')
    const actorClientIds = [Lazy.string({ produce: () => impersonation.impersonationClient.ref })]
    const impersonation = new Impersonation(stack, 'Impersonation', { actorClientIds })
    expect(impersonation.node.validate()).toEqual([expect.stringContaining('actorClientIds')])
  })
})

describe('subjectClientIds', () => {
  test.each<[string, (impersonation: () => Impersonation) => string, string | undefined]>([
    [
      'the impersonation client',
      (impersonation) => impersonation().impersonationClient.ref,
      'the impersonation client',
    ],
    ['the actors’ client', (impersonation) => impersonation().actorClient.userPoolClientId, 'an actors’ client'],
    ['a client of actorClientIds', () => '1console', 'an actors’ client'],
    ['a client of the app', () => '2app', undefined],
  ])('with %s: %#', (_, idOf, forbidden) => {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Shop')
    const subjectClientIds = [Lazy.string({ produce: () => idOf(() => impersonation) })]
    const impersonation = new Impersonation(stack, 'Impersonation', { subjectClientIds, actorClientIds: ['1console'] })
    expect(impersonation.node.validate()).toEqual(
      forbidden ? [expect.stringMatching(`^setting subjectClientIds contains .* must not contain ${forbidden}$`)] : [],
    )
  })
})

describe('actors’ client', () => {
  const settingsOf = (of: StackTemplate) => ofType(of, 'AWS::Cognito::UserPoolClient')['UserPool/ActorClient']

  test('has no secret, no OAuth flows, and does not reveal which users exist', () => {
    expect(settingsOf(template)).toEqual({
      UserPoolId: '<UserPool>',
      ClientName: 'actors',
      ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      AllowedOAuthFlowsUserPoolClient: false,
      SupportedIdentityProviders: ['COGNITO'],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
      ReadAttributes: ['locale'],
      WriteAttributes: ['locale'],
      RefreshTokenValidity: 720,
      TokenValidityUnits: { RefreshToken: 'minutes' },
    })
  })

  test.each([
    [1, 60],
    [60, 60],
    [61, 61],
    [43_200, 43_200],
  ])(
    'has refresh tokens that live no longer than a sign-in counts: %i minutes → %i',
    async (signInMaxAgeMinutes, minutes) => {
      expect(settingsOf(await templateOf({ signInMaxAgeMinutes }))?.RefreshTokenValidity).toBe(minutes)
    },
  )

  test('allows USER_AUTH, which can ask for a level, only with actorAcr', async () => {
    const { ExplicitAuthFlows } = settingsOf(await templateOf({ basic: false, actorAcr: 'urn:cognito:loa:4' })) ?? {}
    expect(ExplicitAuthFlows).toEqual(['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'])
  })

  test('does not allow ADMIN_USER_PASSWORD_AUTH with basic=false', async () => {
    const { ExplicitAuthFlows } = settingsOf(await templateOf({ basic: false })) ?? {}
    expect(ExplicitAuthFlows).toEqual(['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'])
  })
})
