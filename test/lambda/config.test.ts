import { describe, expect, test } from '@jest/globals'
import { readEndpointConfig, readIntrospectionConfig, readTriggerConfig } from '../../lambda/config.ts'
import { endpointEnvironment, introspectionEnvironment, triggerEnvironment } from '../support/environment.ts'

test('reads the endpoint’s settings', () => {
  expect(readEndpointConfig(endpointEnvironment)).toEqual({
    userPoolId: 'us-east-1_TestPool1',
    actorClientId: 'actors',
    actorClientIds: ['actors', 'console'],
    impersonationClientId: 'ours',
    impersonationClientSecret: 'client_secret_for_tests_1',
    recordsTableName: 'records',
    impersonatorsGroup: 'impersonators',
    mayActAs: 'none',
    protectedGroups: ['impersonators', 'admins'],
    sessionMinutes: 60,
    recordRetentionDays: 400,
    signInMaxAgeMinutes: 720,
    actorAcr: [],
    actorLimit: 'none',
    approvalGroups: [],
    lookUpGroup: true,
    basic: true,
    reasonRequired: false,
    reasonPattern: 'none',
    subjectContextData: false,
    endpointUrl: undefined,
    apiKeyIds: ['key-1'],
    ticketSeconds: 60,
    appOrigins: ['https://app.example.com'],
  })
})
test('reads the settings of introspection', () => {
  expect(readIntrospectionConfig(introspectionEnvironment)).toEqual({
    userPoolId: 'us-east-1_TestPool1',
    impersonationClientId: 'ours',
    recordsTableName: 'records',
    impersonatorsGroup: 'impersonators',
    mayActAs: 'none',
    lookUpGroup: true,
    apiKeyIds: ['resource-key-1'],
  })
})
test('reads the triggers’ settings', () => {
  expect(readTriggerConfig(triggerEnvironment)).toEqual({
    impersonationClientId: 'ours',
    recordsTableName: 'records',
    protectedGroups: ['impersonators', 'admins'],
    mayActAs: 'none',
    approvalGroups: [],
    sessionMinutes: 60,
    nextTriggers: {},
    scopes: [],
  })
})
test('reads the pool’s own triggers', () => {
  const nextTriggers = { DefineAuthChallenge: 'arn:theirs' }
  const env = { ...triggerEnvironment, NEXT_TRIGGERS: JSON.stringify(nextTriggers) }
  expect(readTriggerConfig(env)).toMatchObject({ nextTriggers })
})
test.each(['[]', 'null', '"arn"'])('refuses the pool’s own triggers as %s', (text) => {
  expect(() => readTriggerConfig({ ...triggerEnvironment, NEXT_TRIGGERS: text })).toThrow('setting NEXT_TRIGGERS')
})
test('reads the policy if one is set', () => {
  const policy = {
    mayActAs: { 'support-emea': ['customers-emea'], impersonators: ['*'] },
    actorLimit: { limit: 30, period: 'HOUR' },
    reasonPattern: { pattern: '^SUP-[0-9]+$', description: 'a ticket number' },
  }
  const env = {
    MAY_ACT_AS: JSON.stringify(policy.mayActAs),
    ACTOR_LIMIT: JSON.stringify(policy.actorLimit),
    REASON_PATTERN: JSON.stringify(policy.reasonPattern),
  }
  expect(readEndpointConfig({ ...endpointEnvironment, ...env })).toMatchObject(policy)
})
test.each([
  ['MAY_ACT_AS', ['', '[]', '"none"', '{"support":"customers"}', '{"support":[1]}']],
  [
    'ACTOR_LIMIT',
    ['', '{}', '{"limit":0,"period":"HOUR"}', '{"limit":1.5,"period":"HOUR"}', '{"limit":1,"period":"WEEK"}'],
  ],
  [
    'REASON_PATTERN',
    ['', '{}', '{"pattern":"^a$"}', '{"pattern":"","description":"a"}', '{"pattern":1,"description":"a"}'],
  ],
])('refuses a malformed %s', (name, values) => {
  for (const value of values) {
    expect(() => readEndpointConfig({ ...endpointEnvironment, [name]: value })).toThrow(`setting ${name}`)
  }
})
test('reads the endpoint’s URL if one is set', () => {
  const config = readEndpointConfig({ ...endpointEnvironment, ENDPOINT_URL: 'https://api.example.com' })
  expect(config.endpointUrl).toBe('https://api.example.com')
})

test.each([
  ['Cognito’s own', '1example23456789'.repeat(3).concat('abc')],
  ['the shortest that Cognito allows', 'My_own+secret_0123456789'],
  ['an emulator’s', 'ab/c'.repeat(16)],
])('reads a client secret: %s', (_, secret) => {
  const config = readEndpointConfig({ ...endpointEnvironment, IMPERSONATION_CLIENT_SECRET: secret })
  expect(config.impersonationClientSecret).toBe(secret)
})

describe('refuses to start', () => {
  const { ENDPOINT_URL, ...required } = endpointEnvironment
  test.each(Object.keys(required))('the endpoint without %s, and names it', (name) => {
    expect(() => readEndpointConfig({ ...endpointEnvironment, [name]: '' })).toThrow(name)
    expect(() => readEndpointConfig({ ...endpointEnvironment, [name]: undefined })).toThrow(name)
  })
  test.each(Object.keys(introspectionEnvironment))('introspection without %s, and names it', (name) => {
    expect(() => readIntrospectionConfig({ ...introspectionEnvironment, [name]: undefined })).toThrow(name)
  })
  const { NEXT_TRIGGERS, ...requiredByTriggers } = triggerEnvironment
  test.each(Object.keys(requiredByTriggers))('the triggers without %s, and names it', (name) => {
    expect(() => readTriggerConfig({ ...triggerEnvironment, [name]: undefined })).toThrow(name)
  })
  test.each([
    ['PROTECTED_GROUPS', '"admins"'],
    ['PROTECTED_GROUPS', 'admins'],
    ['PROTECTED_GROUPS', '[1]'],
    ['PROTECTED_GROUPS', '["admins",1]'],
    ['PROTECTED_GROUPS', '[""]'],
    ...['all', '[]', '{"support":"customers"}', '{"support":[1]}', '{"support":[""]}', '{"support":null}'].map(
      (value) => ['MAY_ACT_AS', value],
    ),
    ['SESSION_MINUTES', '0'],
    ['SESSION_MINUTES', '1.5'],
    ['SESSION_MINUTES', 'an hour'],
    ['SESSION_MINUTES', 'Infinity'],
  ])('the triggers with %s=%s', (name, value) => {
    expect(() => readTriggerConfig({ ...triggerEnvironment, [name]: value })).toThrow(`setting ${name}`)
  })
  test.each([
    [
      'a sentence of CloudFormation',
      'ClientSecret attribute not supported at this time, please use the CLI or Console',
    ],
    ['an unresolved reference', '{"Fn::GetAtt":["ImpersonationClient","ClientSecret"]}'],
    ['a word', 'undefined'],
    ['text that is too short', 'k'.repeat(23)],
    ['text that is too long', 'k'.repeat(65)],
    ['a secret with a line break', `${'k'.repeat(51)}\n`],
  ])('the endpoint with %s as the client’s secret, and does not quote it', (_, value) => {
    const read = () => readEndpointConfig({ ...endpointEnvironment, IMPERSONATION_CLIENT_SECRET: value })
    expect(read).toThrow('setting IMPERSONATION_CLIENT_SECRET')
    expect(read).not.toThrow(value)
  })
  test.each(['yes', 'TRUE', '1'])('the endpoint with LOOK_UP_GROUP=%s', (value) => {
    expect(() => readEndpointConfig({ ...endpointEnvironment, LOOK_UP_GROUP: value })).toThrow('setting LOOK_UP_GROUP')
  })
})
