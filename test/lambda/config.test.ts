import { describe, expect, test } from '@jest/globals'
import { readEndpointConfig, readTriggerConfig } from '../../lambda/config.ts'
import { endpointEnvironment, triggerEnvironment } from '../support/environment.ts'

test('reads the endpoint’s settings', () => {
  expect(readEndpointConfig(endpointEnvironment)).toEqual({
    userPoolId: 'us-east-1_TestPool1',
    actorClientId: 'actors',
    actorClientIds: ['actors', 'console'],
    impersonationClientId: 'ours',
    impersonationClientSecret: 'client-secret',
    recordsTableName: 'records',
    impersonatorsGroup: 'impersonators',
    sessionMinutes: 60,
    recordRetentionDays: 400,
    signInMaxAgeMinutes: 720,
    lookUpGroup: true,
    basic: true,
    reasonRequired: false,
    endpointUrl: undefined,
  })
})
test('reads the triggers’ settings', () => {
  expect(readTriggerConfig(triggerEnvironment)).toEqual({
    impersonationClientId: 'ours',
    recordsTableName: 'records',
    protectedGroups: ['impersonators', 'admins'],
    sessionMinutes: 60,
  })
})
test('reads the endpoint’s URL if one is set', () => {
  const config = readEndpointConfig({ ...endpointEnvironment, ENDPOINT_URL: 'https://api.example.com' })
  expect(config.endpointUrl).toBe('https://api.example.com')
})

describe('refuses to start', () => {
  const { ENDPOINT_URL, ...required } = endpointEnvironment
  test.each(Object.keys(required))('the endpoint without %s, and names it', (name) => {
    expect(() => readEndpointConfig({ ...endpointEnvironment, [name]: '' })).toThrow(name)
    expect(() => readEndpointConfig({ ...endpointEnvironment, [name]: undefined })).toThrow(name)
  })
  test.each(Object.keys(triggerEnvironment))('the triggers without %s, and names it', (name) => {
    expect(() => readTriggerConfig({ ...triggerEnvironment, [name]: undefined })).toThrow(name)
  })
  test.each([
    ['PROTECTED_GROUPS', '"admins"'],
    ['PROTECTED_GROUPS', 'admins'],
    ['PROTECTED_GROUPS', '[1]'],
    ['PROTECTED_GROUPS', '["admins",1]'],
    ['PROTECTED_GROUPS', '[""]'],
    ['SESSION_MINUTES', '0'],
    ['SESSION_MINUTES', '1.5'],
    ['SESSION_MINUTES', 'an hour'],
    ['SESSION_MINUTES', 'Infinity'],
  ])('the triggers with %s=%s', (name, value) => {
    expect(() => readTriggerConfig({ ...triggerEnvironment, [name]: value })).toThrow(`setting ${name}`)
  })
  test.each(['yes', 'TRUE', '1'])('the endpoint with LOOK_UP_GROUP=%s', (value) => {
    expect(() => readEndpointConfig({ ...endpointEnvironment, LOOK_UP_GROUP: value })).toThrow('setting LOOK_UP_GROUP')
  })
})
