// The functions' configuration, permissions, and the records table.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { groupNotLookedUp } from '../../infra/settings/settings.ts'
import type {
  EndpointEnvironment,
  EnvironmentOf,
  introspectionVariables,
  oversightVariables,
  TriggerEnvironment,
} from '../../lambda/config.ts'
import { attributesOfApprove } from '../../lambda/records-schema.ts'
import { ofType, onlyOne, type StackTemplate, statements, templateOf } from './template.ts'

let template: StackTemplate
beforeAll(async () => {
  template = await templateOf({ accessLog: true })
})

describe('functions', () => {
  test('run Node.js 24 on arm64 and log JSON, each to its own log group', () => {
    const functions = ofType(template, 'AWS::Lambda::Function')
    for (const path of ['Endpoint', 'Oversight', 'Introspection', 'Triggers']) {
      expect(functions[`${path}/Function`]).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogFormat: 'JSON', LogGroup: `<${path}/Logs>` },
      })
    }
    expect(ofType(template, 'AWS::Logs::LogGroup')).toEqual({
      AccessLog: { RetentionInDays: 180 },
      'Endpoint/Logs': { RetentionInDays: 180 },
      'Oversight/Logs': { RetentionInDays: 180 },
      'Introspection/Logs': { RetentionInDays: 180 },
      'Triggers/Logs': { RetentionInDays: 180 },
    })
  })

  test('time out before API Gateway and Cognito do', () => {
    const functions = ofType(template, 'AWS::Lambda::Function')
    expect(functions['Endpoint/Function']).toMatchObject({ Handler: 'endpoint.handler', Timeout: 28 })
    expect(functions['Oversight/Function']).toMatchObject({ Handler: 'oversight.handler', Timeout: 28 })
    expect(functions['Introspection/Function']).toMatchObject({ Handler: 'introspection.handler', Timeout: 28 })
    expect(functions['Triggers/Function']).toMatchObject({ Handler: 'triggers.handler', Timeout: 4 })
  })

  test('send traces of the API’s functions to X-Ray, but none of the triggers', () => {
    const functions = ofType(template, 'AWS::Lambda::Function')
    for (const path of ['Endpoint', 'Oversight', 'Introspection']) {
      expect(functions[`${path}/Function`]).toMatchObject({ TracingConfig: { Mode: 'Active' } })
    }
    expect(functions['Triggers/Function']).not.toHaveProperty('TracingConfig')
  })

  test.each([
    { endpointConcurrency: '50', reserved: 50 },
    { endpointConcurrency: '0', reserved: 0 },
    { endpointConcurrency: undefined, reserved: undefined },
  ])(
    'reserve concurrency for the endpoint alone: endpointConcurrency $endpointConcurrency',
    async ({ endpointConcurrency, reserved }) => {
      const context = endpointConcurrency === undefined ? {} : { endpointConcurrency }
      const functions = ofType(await templateOf(context), 'AWS::Lambda::Function')
      expect(functions['Endpoint/Function']?.ReservedConcurrentExecutions).toBe(reserved)
      for (const path of ['Oversight', 'Introspection', 'Triggers']) {
        expect(functions[`${path}/Function`]).not.toHaveProperty('ReservedConcurrentExecutions')
      }
    },
  )

  test('get exactly the environment variables that they read', () => {
    const functions = ofType(template, 'AWS::Lambda::Function')
    const endpoint: EndpointEnvironment = {
      USER_POOL_ID: '<UserPool>',
      ACTOR_CLIENT_ID: '<UserPool/ActorClient>',
      ACTOR_CLIENT_IDS: '["<UserPool/ActorClient>"]',
      IMPERSONATION_CLIENT_ID: '<ImpersonationClient>',
      IMPERSONATION_CLIENT_SECRET: '<ImpersonationClient.ClientSecret>',
      RECORDS_TABLE_NAME: '<Records>',
      IMPERSONATORS_GROUP: 'impersonators',
      MAY_ACT_AS: 'none',
      PROTECTED_GROUPS: '["impersonators","impersonation-auditors","admins"]',
      SESSION_MINUTES: '60',
      RECORD_RETENTION_DAYS: '400',
      SIGN_IN_MAX_AGE_MINUTES: '720',
      ACTOR_ACR: '[]',
      LOOK_UP_GROUP: 'true',
      BASIC: 'true',
      REASON_REQUIRED: 'false',
      REASON_PATTERN: 'none',
      ACTOR_LIMIT: 'none',
      APPROVAL_GROUPS: '[]',
      SUBJECT_CONTEXT_DATA: 'false',
      ENDPOINT_URL: '',
      API_KEY_IDS: '["<Api/KeyDefault>"]',
      TICKET_SECONDS: '60',
      APP_ORIGINS: '[]',
    }
    const oversight: EnvironmentOf<typeof oversightVariables> = {
      USER_POOL_ID: '<UserPool>',
      ACTOR_CLIENT_ID: '<UserPool/ActorClient>',
      ACTOR_CLIENT_IDS: '["<UserPool/ActorClient>"]',
      SUBJECT_CLIENT_IDS: '[]',
      IMPERSONATION_CLIENT_ID: '<ImpersonationClient>',
      RECORDS_TABLE_NAME: '<Records>',
      IMPERSONATORS_GROUP: 'impersonators',
      MAY_ACT_AS: 'none',
      AUDITORS_GROUP: 'impersonation-auditors',
      APPROVERS_GROUP: 'impersonation-auditors',
      APPROVAL_GROUPS: '[]',
      SIGN_IN_MAX_AGE_MINUTES: '720',
      ACTOR_ACR: '[]',
      LOOK_UP_GROUP: 'true',
      BASIC: 'true',
      SUBJECTS_SEE_REASON: 'true',
      API_KEY_IDS: '["<Api/KeyDefault>"]',
      APP_ORIGINS: '[]',
    }
    const introspection: EnvironmentOf<typeof introspectionVariables> = {
      USER_POOL_ID: '<UserPool>',
      IMPERSONATION_CLIENT_ID: '<ImpersonationClient>',
      RECORDS_TABLE_NAME: '<Records>',
      IMPERSONATORS_GROUP: 'impersonators',
      MAY_ACT_AS: 'none',
      LOOK_UP_GROUP: 'true',
      API_KEY_IDS: '["<Api/ResourceServerKeyResourceServer>"]',
    }
    const triggers: TriggerEnvironment = {
      IMPERSONATION_CLIENT_ID: '<ImpersonationClient>',
      RECORDS_TABLE_NAME: '<Records>',
      PROTECTED_GROUPS: '["impersonators","impersonation-auditors","admins"]',
      MAY_ACT_AS: 'none',
      APPROVAL_GROUPS: '[]',
      SESSION_MINUTES: '60',
      NEXT_TRIGGERS: '',
      SCOPES: '[]',
    }
    expect(functions['Endpoint/Function']?.Environment.Variables).toEqual(endpoint)
    expect(functions['Oversight/Function']?.Environment.Variables).toEqual(oversight)
    expect(functions['Introspection/Function']?.Environment.Variables).toEqual(introspection)
    expect(functions['Triggers/Function']?.Environment.Variables).toEqual(triggers)
  })
})

describe('permissions', () => {
  test('allow the functions exactly the calls that they make', () => {
    const allowed = statements(template)
    expect(allowed).toEqual([
      { 'Allow <Triggers/Role> on <Triggers/Logs.Arn>': ['logs:CreateLogStream', 'logs:PutLogEvents'] },
      { 'Allow <Triggers/Role> on <Records.Arn>': ['dynamodb:UpdateItem'] },
      { 'Allow <Endpoint/Role> on <Endpoint/Logs.Arn>': ['logs:CreateLogStream', 'logs:PutLogEvents'] },
      // These actions can't be limited to a resource.
      { 'Allow <Endpoint/Role> on *': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'] },
      { 'Allow <Endpoint/Role> on <Records.Arn>': ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] },
      {
        'Allow <Endpoint/Role> on <UserPool.Arn>': [
          'cognito-idp:AdminGetUser',
          'cognito-idp:AdminInitiateAuth',
          'cognito-idp:AdminListGroupsForUser',
          'cognito-idp:AdminRespondToAuthChallenge',
        ],
      },
      { 'Allow <Oversight/Role> on <Oversight/Logs.Arn>': ['logs:CreateLogStream', 'logs:PutLogEvents'] },
      { 'Allow <Oversight/Role> on *': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'] },
      { 'Allow <Oversight/Role> on <Records.Arn>': ['dynamodb:GetItem'] },
      {
        'Allow <Oversight/Role> on <Records.Arn>/index/by-actor,<Records.Arn>/index/by-day,<Records.Arn>/index/by-subject':
          ['dynamodb:Query'],
      },
      {
        'Allow <Oversight/Role> on <Records.Arn>': ['dynamodb:UpdateItem'],
        Condition: {
          'ForAllValues:StringEquals': {
            'dynamodb:Attributes': [
              'id',
              'state',
              'endsAt',
              'endedAt',
              'endedBySub',
              'endedByUsername',
              'endedByRole',
              'listedOn',
              'listedAt',
            ],
          },
          Null: { 'dynamodb:Attributes': 'false' },
          StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] },
        },
      },
      {
        'Allow <Oversight/Role> on <UserPool.Arn>': [
          'cognito-idp:AdminGetUser',
          'cognito-idp:AdminInitiateAuth',
          'cognito-idp:AdminListGroupsForUser',
        ],
      },
      { 'Allow <Introspection/Role> on <Introspection/Logs.Arn>': ['logs:CreateLogStream', 'logs:PutLogEvents'] },
      { 'Allow <Introspection/Role> on *': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'] },
      { 'Allow <Introspection/Role> on <Records.Arn>': ['dynamodb:GetItem'] },
      {
        'Allow <Introspection/Role> on <UserPool.Arn>': [
          'cognito-idp:AdminGetUser',
          'cognito-idp:AdminListGroupsForUser',
        ],
      },
    ])
  })

  test.each([
    ['mayActAs', { mayActAs: '{"impersonators":["*"]}' }],
    ['approvalGroups', { approvalGroups: 'vips' }],
  ])('let the triggers read a record only with %s, and change no other permission', async (_, settings) => {
    // With approvalGroups, oversight can approve: see the next test.
    const ofApprove = attributesOfApprove.map((name) => `"${name}"`).join('|')
    const own = (of: StackTemplate) =>
      statements(of).map((statement) =>
        JSON.stringify(statement)
          .replace('"dynamodb:GetItem",', '')
          .replaceAll(new RegExp(`,(${ofApprove})`, 'g'), ''),
      )
    const changed = await templateOf(settings)
    expect(statements(changed)).toContainEqual({
      'Allow <Triggers/Role> on <Records.Arn>': ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    })
    expect(own(changed)).toEqual(own(template))
  })

  test('let oversight write an approval only with approvalGroups, and never what decides whether it counts', async () => {
    const writable = (of: StackTemplate): string[] =>
      statements(of).flatMap(
        (statement) => Object(statement).Condition?.['ForAllValues:StringEquals']['dynamodb:Attributes'] ?? [],
      )
    const added = writable(await templateOf({ approvalGroups: 'vips' })).filter(
      (name) => !writable(template).includes(name),
    )
    expect(added).toEqual(['approvedAt', 'approvedBySub', 'approvedByUsername', 'approvedSubjectSub', 'ticketEndsAt'])
  })

  test('give the impersonation client’s secret to the endpoint only', () => {
    const functions = Object.entries(ofType(template, 'AWS::Lambda::Function'))
    const holders = functions.filter(([, properties]) => JSON.stringify(properties).includes('ClientSecret'))
    expect(holders.map(([path]) => path)).toEqual(['Endpoint/Function'])
  })

  test('exclude AdminInitiateAuth of oversight without basic', async () => {
    const signIns = statements(await templateOf({ basic: false })).filter((statement) =>
      JSON.stringify(statement).includes('AdminInitiateAuth'),
    )
    expect(signIns.map((statement) => Object.keys(statement))).toEqual([['Allow <Endpoint/Role> on <UserPool.Arn>']])
  })

  test('exclude AdminListGroupsForUser without lookUpGroup', async () => {
    expect(JSON.stringify(await templateOf({ lookUpGroup: groupNotLookedUp }))).not.toContain('AdminListGroupsForUser')
  })

  test('come only from inline policies', () => {
    const lambda = {
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
      Version: '2012-10-17',
    }
    expect(ofType(template, 'AWS::IAM::Role')).toEqual({
      'Endpoint/Role': { AssumeRolePolicyDocument: lambda },
      'Oversight/Role': { AssumeRolePolicyDocument: lambda },
      'Introspection/Role': { AssumeRolePolicyDocument: lambda },
      'Triggers/Role': { AssumeRolePolicyDocument: lambda },
    })
    expect(ofType(template, 'AWS::IAM::ManagedPolicy')).toEqual({})
  })

  test('let only this pool run the triggers, and only its routes each function', () => {
    expect(Object.values(ofType(template, 'AWS::Lambda::Permission'))).toEqual([
      ...[
        ['Endpoint', 'POST/auth/impersonate'],
        ['Endpoint', 'POST/auth/impersonations'],
        ['Oversight', 'GET/auth/impersonations'],
        ['Oversight', 'DELETE/auth/impersonations'],
        ['Oversight', 'GET/auth/impersonations/*'],
        ['Oversight', 'DELETE/auth/impersonations/*'],
        ['Oversight', 'OPTIONS/auth/impersonations/*'],
        ['Oversight', 'POST/auth/impersonations/*/approval'],
        ['Endpoint', 'POST/auth/session'],
        ['Endpoint', 'OPTIONS/auth/session'],
        ['Introspection', 'POST/auth/introspect'],
      ].map(([path, route]) => ({
        Action: 'lambda:InvokeFunction',
        FunctionName: `<${path}/Function.Arn>`,
        Principal: 'apigateway.amazonaws.com',
        SourceArn: `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<Api>/<Api/DeploymentStage.v1>/${route}`,
      })),
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: '<Triggers/Function.Arn>',
        Principal: 'cognito-idp.amazonaws.com',
        SourceArn: '<UserPool.Arn>',
        SourceAccount: '<AWS::AccountId>',
      },
    ])
  })

  test('forbid all other roles to write records, but allow DynamoDB’s own deletions, which have no principal', () => {
    const { ResourcePolicy } = onlyOne(template, 'AWS::DynamoDB::Table')
    const denied = (actions: string[], except: string[]) => ({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: actions.length > 1 ? actions : actions[0],
      Resource: '*',
      Condition: {
        ArnNotEquals: { 'aws:PrincipalArn': except },
        Null: { 'aws:PrincipalArn': 'false' },
      },
    })
    const others = [
      'dynamodb:BatchWriteItem',
      'dynamodb:DeleteItem',
      'dynamodb:PartiQLDelete',
      'dynamodb:PartiQLInsert',
      'dynamodb:PartiQLUpdate',
      'dynamodb:PutItem',
    ]
    expect(ResourcePolicy.PolicyDocument.Statement).toEqual([
      denied(others, ['<Endpoint/Role.Arn>']),
      denied(['dynamodb:UpdateItem'], ['<Endpoint/Role.Arn>', '<Oversight/Role.Arn>', '<Triggers/Role.Arn>']),
    ])
  })
})

describe('records', () => {
  test('expire, can be restored, and are indexed by subject, by actor, and by day', () => {
    const table = onlyOne(template, 'AWS::DynamoDB::Table')
    expect(table).toMatchObject({
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      BillingMode: 'PAY_PER_REQUEST',
    })
    const keys = (index: { KeySchema: { AttributeName: string }[] }) =>
      index.KeySchema.map(({ AttributeName }) => AttributeName)
    expect(table.GlobalSecondaryIndexes.map(keys)).toEqual([
      ['subjectSub', 'requestedAt'],
      ['actorSub', 'requestedAt'],
      ['listedOn', 'listedAt'],
    ])
    for (const secret of ['ticketHash', 'grantHash', 'grantEndsAt', 'nonce'])
      expect(JSON.stringify(table)).not.toContain(secret)
    const attributes = table.GlobalSecondaryIndexes.flatMap(
      ({ Projection }: { Projection: { NonKeyAttributes: string[] } }) => Projection.NonKeyAttributes,
    )
    expect(attributes.length).toBeLessThanOrEqual(100) // DynamoDB's limit for all indexes together
  })
})
