// Settings: defaults, rules, and the table of them in settings.md.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Lazy } from 'aws-cdk-lib'
import { outputName, readSettings, settingsInContext } from '../../../infra/settings/read-settings.ts'
import { groupNotLookedUp, nobodyProtected, type Settings } from '../../../infra/settings/settings.ts'

describe('settings', () => {
  test('have safe defaults', () => {
    expect(readSettings({})).toEqual({
      customers: ['default'],
      resourceServers: ['resource-server'],
      sessionMinutes: 60,
      impersonatorsGroup: 'impersonators',
      auditorsGroup: 'impersonation-auditors',
      nextTriggers: {},
      protectedGroups: ['impersonators', 'impersonation-auditors', 'admins'],
      mayActAs: 'none',
      actorAcr: [],
      actorLimit: 'none',
      approvalGroups: [],
      approversGroup: '',
      ticketSeconds: 60,
      appOrigins: [],
      reasonRequired: false,
      reasonPattern: 'none',
      userPoolId: '',
      actorClientId: '',
      smsRoleArn: '',
      attachTriggers: true,
      actorClientIds: [],
      subjectClientIds: [],
      subjectsSeeReason: true,
      requiredAttributes: [],
      readAttributes: [],
      scopes: [],
      basic: true,
      signInMaxAgeMinutes: 720,
      lookUpGroup: true,
      subjectContextData: false,
      endpointUrl: '',
      defaultEndpoint: true,
      throttle: { rate: 25, burst: 50 },
      stageThrottle: { rate: 40, burst: 50 },
      quota: { limit: 10_000, period: 'DAY' },
      endpointConcurrency: 'unreserved',
      accessLog: false,
      alarmEmail: '',
      alarmRefusals: 25,
      alarmImpersonations: 100,
      eventBus: '',
      logRetentionDays: 180,
      recordRetentionDays: 400,
      data: 'keep',
    })
  })

  test.each<[name: string, value: unknown, read: unknown]>([
    ['customers', ['acme-corp', 'globex2'], ['acme-corp', 'globex2']],
    ['customers', 'acme-corp, globex2', ['acme-corp', 'globex2']],
    ['customers', '["acme"]', ['acme']],
    ['sessionMinutes', 5, 5],
    ['sessionMinutes', '1440', 1440],
    ['resourceServers', 'orders, invoices', ['orders', 'invoices']],
    ['auditorsGroup', 'admins', 'admins'],
    ['mayActAs', 'none', 'none'],
    [
      'mayActAs',
      '{"impersonators":["customers"],"leads":["*","gold"]}',
      { impersonators: ['customers'], leads: ['*', 'gold'] },
    ],
    ['actorLimit', '{"limit":30,"period":"HOUR"}', { limit: 30, period: 'HOUR' }],
    ['reasonPattern', { pattern: '^a$', description: 'an a' }, { pattern: '^a$', description: 'an a' }],
    ['eventBus', '', ''],
    ['eventBus', 'security', 'security'],
    ['eventBus', Lazy.string({ produce: () => 'later' }), expect.any(String)],
    [
      'eventBus',
      'arn:aws:events:us-east-1:123456789012:event-bus/security',
      'arn:aws:events:us-east-1:123456789012:event-bus/security',
    ],
    [
      'protectedGroups',
      'impersonators,impersonation-auditors,board',
      ['impersonators', 'impersonation-auditors', 'board'],
    ],
    ['protectedGroups', nobodyProtected, []],
    ['ticketSeconds', '30', 30],
    ['ticketSeconds', 600, 600],
    ['appOrigins', 'https://app.example.com', ['https://app.example.com']],
    [
      'appOrigins',
      'https://app.example.com:8443, http://localhost:3000, http://127.0.0.1',
      ['https://app.example.com:8443', 'http://localhost:3000', 'http://127.0.0.1'],
    ],
    ['appOrigins', ['https://xn--bcher-kva.example'], ['https://xn--bcher-kva.example']],
    ['appOrigins', [Lazy.string({ produce: () => 'https://later.example.com' })], [expect.any(String)]],
    ['reasonRequired', 'true', true],
    ['userPoolId', 'us-east-1_Abc123', 'us-east-1_Abc123'],
    ['actorClientId', '1abc2def', '1abc2def'],
    ['smsRoleArn', 'arn:aws:iam::123456789012:role/path/sms', 'arn:aws:iam::123456789012:role/path/sms'],
    ['smsRoleArn', Lazy.string({ produce: () => 'later' }), expect.any(String)],
    ['attachTriggers', 'false', false],
    ['actorClientIds', '1abc,2def', ['1abc', '2def']],
    ['actorClientIds', '12345678', ['12345678']],
    ['actorClientIds', [], []],
    ['subjectClientIds', '1abc,2def', ['1abc', '2def']],
    ['subjectsSeeReason', 'false', false],
    ['requiredAttributes', 'email,name', ['email', 'name']],
    ['requiredAttributes', '[]', []],
    ['readAttributes', 'email,custom:tenant', ['email', 'custom:tenant']],
    ['scopes', 'openid, orders/read', ['openid', 'orders/read']],
    ['scopes', 'https://api.example.com/orders:read', ['https://api.example.com/orders:read']],
    ['basic', 'false', false],
    ['signInMaxAgeMinutes', '1', 1],
    ['lookUpGroup', 'true', true],
    ['lookUpGroup', groupNotLookedUp, false],
    ['subjectContextData', 'true', true],
    ['endpointUrl', 'https://api.example.com', 'https://api.example.com'],
    ['endpointUrl', 'https://api.example.com/v1', 'https://api.example.com/v1'],
    ['defaultEndpoint', 'true', true],
    ['throttle', '{"rate":1,"burst":2}', { rate: 1, burst: 2 }],
    ['stageThrottle', '{"rate":25,"burst":50}', { rate: 25, burst: 50 }],
    ['quota', { limit: 1, period: 'MONTH' }, { limit: 1, period: 'MONTH' }],
    ['endpointConcurrency', 'unreserved', 'unreserved'],
    ['endpointConcurrency', '50', 50],
    ['endpointConcurrency', '0', 0],
    ['accessLog', 'true', true],
    ['accessLog', 'false', false],
    ['alarmEmail', 'on-call@example.com', 'on-call@example.com'],
    ['alarmRefusals', '100', 100],
    ['logRetentionDays', '3653', 3653],
    ['recordRetentionDays', 3650, 3650],
    ['data', 'destroy', 'destroy'],
  ])('accept: %s %j', (name, value, read) => {
    expect(readSettings({ [name]: value })).toHaveProperty(name, read)
  })

  test('protect the impersonators’ and the auditors’ group by default, whatever their names', () => {
    const groups = { impersonatorsGroup: 'support', auditorsGroup: 'audit' }
    expect(readSettings(groups).protectedGroups).toEqual(['support', 'audit', 'admins'])
    expect(readSettings({ auditorsGroup: 'admins' }).protectedGroups).toEqual(['impersonators', 'admins'])
  })

  test('show the list to set if protectedGroups lacks a group', () => {
    expect(() => readSettings({ protectedGroups: 'impersonators,Board' })).toThrow(
      '["impersonators","Board","impersonation-auditors"]',
    )
  })

  describe('with mayActAs', () => {
    const mayActAs = { 'support-emea': ['customers-emea'], 'support-us': ['*'] }
    const settings = { mayActAs, impersonatorsGroup: 'support-emea' }

    test('protect every actors’ group and the approvers’ group by default', () => {
      const protectedGroups = ['support-emea', 'support-us', 'impersonation-auditors', 'leads', 'admins']
      expect(readSettings({ ...settings, approversGroup: 'leads' })).toMatchObject({ protectedGroups })
    })
    test('accept a list that protects them', () => {
      const protectedGroups = ['board', 'support-us', 'impersonation-auditors', 'support-emea']
      expect(readSettings({ ...settings, protectedGroups })).toMatchObject({ mayActAs, protectedGroups })
    })
    test('accept the sentence that nobody is protected', () => {
      expect(readSettings({ ...settings, protectedGroups: nobodyProtected })).toMatchObject({ protectedGroups: [] })
    })
    test.each<[string, object, string, string]>([
      [
        'an impersonatorsGroup that is no key',
        { mayActAs },
        'setting impersonatorsGroup is "impersonators"',
        'set impersonatorsGroup to one of ["support-emea","support-us"]',
      ],
      [
        'an impersonatorsGroup that is the name of a property of every object',
        { mayActAs, impersonatorsGroup: 'constructor' },
        'setting impersonatorsGroup is "constructor"',
        'set impersonatorsGroup to one of',
      ],
      [
        'auditors who are actors',
        { ...settings, auditorsGroup: 'support-us' },
        'setting auditorsGroup is "support-us"',
        'an auditor may not impersonate',
      ],
      [
        'an unprotected actors’ group',
        { ...settings, protectedGroups: ['support-emea', 'impersonation-auditors'] },
        'setting protectedGroups is ["support-emea","impersonation-auditors"]',
        '"support-emea", "support-us", the groups whose members may impersonate',
      ],
      [
        'an unprotected approvers’ group',
        {
          ...settings,
          approversGroup: 'leads',
          protectedGroups: ['support-emea', 'support-us', 'impersonation-auditors'],
        },
        'setting protectedGroups is',
        '["support-emea","support-us","impersonation-auditors","leads"]',
      ],
      [
        'lookUpGroup off: the token alone would decide',
        { ...settings, lookUpGroup: groupNotLookedUp },
        'setting lookUpGroup is',
        'true with mayActAs',
      ],
    ])('refuse %s', (_, values, wrong, fix) => {
      expect(() => readSettings(values)).toThrow(wrong)
      expect(() => readSettings(values)).toThrow(fix)
    })
  })

  describe('with approvalGroups', () => {
    test('accept groups of subjects, and an approvers’ group that is protected', () => {
      expect(readSettings({ approvalGroups: 'vips, staff', approversGroup: 'leads' })).toMatchObject({
        approvalGroups: ['vips', 'staff'],
        protectedGroups: ['impersonators', 'impersonation-auditors', 'leads', 'admins'],
      })
    })
    test('refuse an approvers’ group that is not protected: whoever acts as an approver could approve', () => {
      const protectedGroups = ['impersonators', 'impersonation-auditors']
      expect(() => readSettings({ approvalGroups: ['vips'], approversGroup: 'leads', protectedGroups })).toThrow(
        '["impersonators","impersonation-auditors","leads"]',
      )
    })
    test('refuse lookUpGroup off', () => {
      const unknownRight = { approvalGroups: ['vips'], lookUpGroup: groupNotLookedUp }
      expect(() => readSettings(unknownRight)).toThrow('setting lookUpGroup is')
      expect(() => readSettings(unknownRight)).toThrow('true with approvalGroups')
    })
  })

  test.each<[name: string, value: unknown, rule: string]>([
    ['approversGroup', 'the approvers', 'no blanks'],
    ['approvalGroups', ['the vips'], 'Cognito group names'],
    ['approvalGroups', ['vips', 'vips'], 'a list'],
    ['impersonatorsGroup', '*', 'no *'],
    ['auditorsGroup', 'audit*', 'no *'],
    ['approversGroup', '*', 'no *'],
    ['approvalGroups', ['*'], 'without *'],
    ['protectedGroups', '*', 'without *'],
    ['protectedGroups', ['impersonators', 'impersonation-auditors', 'admin*'], 'without *'],
    ['mayActAs', { 'support-*': ['*'] }, "actors' group"],
    ['mayActAs', { impersonators: ['customers-*'] }, 'a list'],
    ['mayActAs', { impersonators: ['**'] }, 'a list'],
    ['mayActAs', '', "actors' group"],
    ['mayActAs', 'all', "actors' group"],
    ['mayActAs', {}, 'at least one'],
    ['mayActAs', ['impersonators'], "actors' group"],
    ['mayActAs', { impersonators: [] }, 'at least one group of subjects'],
    ['mayActAs', { impersonators: '*' }, 'a list'],
    ['mayActAs', { impersonators: ['gold', 'gold'] }, 'a list'],
    ['mayActAs', { impersonators: ['the gold'] }, 'a list'],
    ['mayActAs', { impersonators: [1] }, 'a list'],
    ['mayActAs', { 'the impersonators': ['*'] }, "actors' group"],
    ['mayActAs', { '*': ['*'] }, "actors' group"],
    ['mayActAs', { impersonators: Array.from({ length: 200 }, (_, n) => `customers-${n}`) }, '2000 bytes'],
    ['mayActAs', { impersonators: Array.from({ length: 10 }, (_, n) => `${n}${'\u304a'.repeat(99)}`) }, '2000 bytes'],
    ['customers', [], 'at least one'],
    ['customers', '', 'a letter'],
    ['customers', ['acme', 'acme'], 'a list'],
    ['customers', ['1acme'], 'a letter'],
    ['customers', ['acme--corp'], 'single dashes'],
    ['customers', ['a'.repeat(41)], '40 characters'],
    ['customers', ['acme-corp', 'AcmeCorp'], 'differ'],
    ['customers', { acme: true }, 'a list'],
    ['customers', '["acme"', 'a list'],
    ['sessionMinutes', 4, '5 to 1440'],
    ['sessionMinutes', '1441', '5 to 1440'],
    ['sessionMinutes', 7.5, 'whole'],
    ['sessionMinutes', '1e2', 'whole'],
    ['sessionMinutes', '', 'whole'],
    ['impersonatorsGroup', '', 'group name'],
    ['impersonatorsGroup', 'the support', 'no blanks'],
    ['resourceServers', [], 'at least one'],
    ['resourceServers', ['1orders'], 'a letter'],
    ['resourceServers', ['order-api', 'OrderApi'], 'differ'],
    ['resourceServers', ['Default'], 'other names than those of the customers, ["default"]'],
    ['auditorsGroup', 'the auditors', 'no blanks'],
    ['auditorsGroup', 'impersonators', 'another group than impersonatorsGroup'],
    ['subjectClientIds', 'not-an-id', 'app client ids'],
    ['subjectsSeeReason', 'no', 'true, false'],
    ['protectedGroups', [], nobodyProtected],
    ['protectedGroups', '', nobodyProtected],
    ['protectedGroups', 'none', '"impersonators"'],
    ['protectedGroups', ['admins', 'impersonation-auditors'], '"impersonators"'],
    ['protectedGroups', ['admins', 'impersonators'], '"impersonation-auditors"'],
    ['ticketSeconds', 29, '30 to 600'],
    ['ticketSeconds', 601, '30 to 600'],
    ...[
      '*',
      'null',
      '',
      'app.example.com',
      'https://*.example.com',
      'https://*',
      'https://app.example.com/',
      'https://app.example.com/shop',
      'https://app.example.com?x',
      'https://app.example.com#x',
      'https://app.example.com:443',
      'https://app.example.com:99999',
      'https://user@app.example.com',
      'https://APP.example.com',
      'https://b\u00fccher.example',
      'https://app.example.com, ',
      'http://app.example.com',
      'http://localhost:80',
      'http://localhost.example.com',
      'http://127.0.0.2:3000',
      'http://0.0.0.0:3000',
      'ftp://localhost',
      'file://',
      'capacitor://localhost',
    ].map((origin): [string, unknown, string] => ['appOrigins', origin, 'exact origins']),
    ['appOrigins', ['https://app.example.com', 'https://app.example.com'], 'exact origins'],
    ['reasonRequired', 'yes', 'true, false'],
    ['reasonRequired', 1, 'true, false'],
    ['userPoolId', 'us-east-1', 'us-east-1_Abc123'],
    ['userPoolId', 'us-east-1_Abc-123', 'us-east-1_Abc123'],
    ['userPoolId', 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Abc123', 'a user pool id'],
    ['actorClientId', 'not-an-id', 'an app client id'],
    ['smsRoleArn', 'arn:aws:iam::123456789012:role/*', 'the ARN of an IAM role'],
    ['smsRoleArn', 'sms', 'the ARN of an IAM role'],
    ['actorClientIds', 'not-an-id', 'app client ids'],
    ['requiredAttributes', 'custom:tenant', 'standard attributes'],
    ['requiredAttributes', 'sub', 'standard attributes'],
    ['requiredAttributes', 'email_verified', 'standard attributes'],
    ['readAttributes', [], 'at least one'],
    ['readAttributes', 'tenant', 'custom:tenant'],
    ['readAttributes', 'custom:', 'custom:tenant'],
    ['scopes', 'aws.cognito.signin.user.admin', 'aws.cognito.'],
    ['scopes', ['AWS.COGNITO.signin.user.admin'], 'aws.cognito.'],
    ['scopes', ['openid aws.cognito.signin.user.admin'], 'without blanks'],
    ['scopes', ['aws.cognito.signin.user.admin\n'], 'aws.cognito.'],
    ['scopes', '', 'without blanks'],
    ['basic', null, 'true, false'],
    ['signInMaxAgeMinutes', 0, '1 to 43200'],
    ['lookUpGroup', false, groupNotLookedUp],
    ['lookUpGroup', 'false', groupNotLookedUp],
    ['actorAcr', 'level 4', 'without blanks'],
    ['actorAcr', ['level"4'], 'quotes'],
    ['actorAcr', [String.raw`level\4`], 'quotes'],
    ['actorAcr', ['level\r\n4'], 'without blanks'],
    ['actorAcr', ['lével4'], 'acr values'],
    ['actorAcr', ['x'.repeat(65)], '64 characters'],
    ['actorAcr', [''], 'acr values'],
    ['actorAcr', [4], 'acr values'],
    ['reasonPattern', { pattern: '(', description: 'x' }, 'a regular expression'],
    ['reasonPattern', { pattern: '', description: 'x' }, 'a regular expression'],
    ['reasonPattern', { pattern: 'x'.repeat(201), description: 'x' }, '200 characters'],
    ['reasonPattern', { pattern: String.raw`(a)\1`, description: 'x' }, 'back-references'],
    ['reasonPattern', { pattern: '(?=a).*', description: 'x' }, 'look-around'],
    ['reasonPattern', { pattern: '[a-z]{0,500}[a-z]{0,500}', description: 'x' }, 'few repetitions'],
    ['reasonPattern', { pattern: 'x', description: '' }, 'a description'],
    ['reasonPattern', { pattern: 'x', description: 'a\nb' }, 'a description'],
    ['reasonPattern', { pattern: 'x', description: 'a\u202eb' }, 'a description'],
    ['reasonPattern', { pattern: 'x' }, 'description'],
    ['subjectContextData', 'ENFORCED', 'true, false'],
    ['endpointUrl', '', 'https://'],
    ['endpointUrl', 'http://api.example.com', 'https://'],
    ['endpointUrl', 'https://api.example.com/', 'slash at the end'],
    ['endpointUrl', 'https://api.example.com/v1/', 'slash at the end'],
    ['endpointUrl', 'https://api.example.com?a=b', 'query'],
    ['endpointUrl', 'https://who@api.example.com', 'https://'],
    ['defaultEndpoint', 'off', 'true, false'],
    ['defaultEndpoint', false, 'unless endpointUrl'],
    ['stageThrottle', { rate: 24, burst: 50 }, '{"rate":25,"burst":50}'],
    ['stageThrottle', { rate: 25, burst: 49 }, '{"rate":25,"burst":50}'],
    ['stageThrottle', { rate: 25 }, 'burst'],
    ['throttle', { rate: 1 }, 'burst'],
    ['throttle', { rate: 0, burst: 1 }, 'rate'],
    ['throttle', { rate: 1, burst: 1, more: 1 }, 'an object'],
    ['throttle', 'fast', 'an object'],
    ['quota', { limit: 1, period: 'YEAR' }, 'DAY, WEEK, MONTH'],
    ['endpointConcurrency', -1, '0 to 10000, or "unreserved"'],
    ['endpointConcurrency', 'none', '0 to 10000, or "unreserved"'],
    ['accessLog', 'off', 'true, false'],
    ['alarmEmail', '', 'an e-mail address'],
    ['alarmEmail', 'on-call', 'an e-mail address'],
    ['alarmEmail', 'a@example.com b@example.com', 'an e-mail address'],
    ['alarmRefusals', 0, '1 to 1000000'],
    ['logRetentionDays', 100, '90, 120'],
    ['recordRetentionDays', 0, '1 to 3650'],
    ['data', 'drop', 'keep, destroy'],
  ])('refuse: %s %j, naming the setting, the value and the rule', (name, value, rule) => {
    const read = () => readSettings({ [name]: value })
    expect(read).toThrow(`setting ${name} is `)
    expect(read).toThrow(rule)
    if (typeof value !== 'string' || !value.includes(',')) expect(read).toThrow(JSON.stringify(value))
  })

  test('limit impersonations to fewer than Cognito’s 120 sign-ins per second, at two sign-ins each', () => {
    expect(readSettings({}).stageThrottle.rate * 2).toBeLessThan(120)
  })

  test('allow actorAcr only with basic=false', () => {
    const actorAcr = 'urn:cognito:loa:3,urn:cognito:loa:4'
    const read = { actorAcr: ['urn:cognito:loa:3', 'urn:cognito:loa:4'], basic: false }
    expect(readSettings({ actorAcr, basic: 'false' })).toMatchObject(read)
    for (const settings of [{ actorAcr }, { actorAcr, basic: true }]) {
      expect(() => readSettings(settings)).toThrow('setting basic is true, but it must be false with actorAcr')
    }
    expect(readSettings({ basic: true }).actorAcr).toEqual([])
  })

  test('allow defaultEndpoint=false only with endpointUrl', () => {
    const endpointUrl = 'https://api.example.com'
    expect(readSettings({ defaultEndpoint: 'false', endpointUrl })).toMatchObject({
      defaultEndpoint: false,
      endpointUrl,
    })
  })

  test('refuse an unknown name', () => {
    expect(() => readSettings({ sesionMinutes: 30 })).toThrow('unknown setting sesionMinutes')
    expect(() => readSettings({ toString: 30 })).toThrow('unknown setting toString')
  })

  test.each([
    ['sesionMinutes', 'sessionMinutes'],
    ['SessionMinutes', 'sessionMinutes'],
    ['session_minutes', 'sessionMinutes'],
    ['customer', 'customers'],
    ['protectedGroup', 'protectedGroups'],
    ['userpoolid', 'userPoolId'],
    ['alarmMail', 'alarmEmail'],
    ['userpool', 'userPool'],
    ['actorsClient', 'actorClient'],
  ])('refuse %s, and name the nearest name: %s', (misspelt, nearest) => {
    expect(() => readSettings({ [misspelt]: 30 }, ['userPool', 'actorClient', 'appClient'])).toThrow(
      `unknown setting ${misspelt}. Do you mean ${nearest}?`,
    )
  })

  test('refuse a name like no other, and list the names', () => {
    expect(() => readSettings({ vpc: true }, ['userPool'])).toThrow(
      'unknown setting vpc: the settings are userPool, customers, resourceServers, sessionMinutes, ',
    )
  })
})

describe('the table in settings.md', () => {
  const page = readFileSync(new URL('../../../infra/docs/settings.md', import.meta.url), 'utf8')
  const table = page.split(/^\| setting \| default \|.*\n/m)[1]?.split(/\n\n/)[0] ?? ''
  const rows = [...table.matchAll(/^\| `(\w+)` \| (.*?) ?\|/gm)].map(([, name = '', cell = '']) => ({
    name,
    // This default depends on another setting, so the page describes it in words.
    text:
      name === 'protectedGroups'
        ? cell.replace(
            "the actors' groups, `auditorsGroup`, `approversGroup` and",
            'impersonators, impersonation-auditors,',
          )
        : cell,
  }))

  test('lists every setting', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(readSettings({})).sort())
  })

  test.each(rows)('$name: has its default', ({ name, text }) => {
    const value = text.replaceAll('`', '')
    const read = value === '' ? {} : { [name]: value }
    const isEmpty = [readSettings({})[name as keyof Settings]].flat().join('') === ''
    expect(readSettings(read)).toEqual(readSettings({}))
    expect(value === '').toBe(isEmpty)
  })
})

describe('settings in CDK context', () => {
  test('are the top-level keys except CDK’s own', () => {
    expect(
      settingsInContext({
        sessionMinutes: 30,
        '@aws-cdk/aws-iam:minimizePolicies': true,
        'aws:cdk:bundling-stacks': ['**'],
        'availability-zones:account=1:region=us-east-1': ['us-east-1a'],
      }),
    ).toEqual({ sessionMinutes: 30 })
  })

  test.each(['sesionMinutes', 'userPool', 'actorClient'])('refuse an unknown name: %s', (name) => {
    expect(() => settingsInContext({ [name]: 'us-east-1_Abc123' })).toThrow(`unknown setting ${name}`)
  })
})

test.each([
  ['acme', 'Acme'],
  ['acme-corp', 'AcmeCorp'],
  ['globexInc-2', 'GlobexInc2'],
])('outputName: customer %s becomes %s', (customer, name) => {
  expect(outputName(customer)).toBe(name)
})
