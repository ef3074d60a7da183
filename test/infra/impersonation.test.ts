// The functions' configuration, permissions, and the records table.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { groupNotLookedUp } from '../../infra/settings/settings.ts'
import type { EndpointEnvironment, TriggerEnvironment } from '../../lambda/config.ts'
import { ofType, onlyOne, type StackTemplate, statements, templateOf } from './template.ts'

let template: StackTemplate
beforeAll(() => {
  template = templateOf({ accessLog: true })
})

describe('functions', () => {
  test('run Node.js 24 on arm64 and log JSON, each to its own log group', () => {
    const functions = ofType(template, 'AWS::Lambda::Function')
    for (const path of ['Endpoint', 'Triggers']) {
      expect(functions[`${path}/Function`]).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogFormat: 'JSON', LogGroup: `<${path}/Logs>` },
      })
    }
    expect(ofType(template, 'AWS::Logs::LogGroup')).toEqual({
      AccessLog: { RetentionInDays: 180 },
      'Endpoint/Logs': { RetentionInDays: 180 },
      'Triggers/Logs': { RetentionInDays: 180 },
    })
  })

  test('time out before API Gateway and Cognito do', () => {
    const functions = ofType(template, 'AWS::Lambda::Function')
    expect(functions['Endpoint/Function']).toMatchObject({ Handler: 'endpoint.handler', Timeout: 28 })
    expect(functions['Triggers/Function']).toMatchObject({ Handler: 'triggers.handler', Timeout: 4 })
  })

  test('send traces of the endpoint to X-Ray, but none of the triggers', () => {
    const functions = ofType(template, 'AWS::Lambda::Function')
    expect(functions['Endpoint/Function']).toMatchObject({ TracingConfig: { Mode: 'Active' } })
    expect(functions['Triggers/Function']).not.toHaveProperty('TracingConfig')
  })

  test.each([
    { endpointConcurrency: '50', reserved: 50 },
    { endpointConcurrency: '0', reserved: 0 },
    { endpointConcurrency: undefined, reserved: undefined },
  ])(
    'reserve concurrency for the endpoint alone: endpointConcurrency $endpointConcurrency',
    ({ endpointConcurrency, reserved }) => {
      const context = endpointConcurrency === undefined ? {} : { endpointConcurrency }
      const functions = ofType(templateOf(context), 'AWS::Lambda::Function')
      expect(functions['Endpoint/Function']?.ReservedConcurrentExecutions).toBe(reserved)
      expect(functions['Triggers/Function']).not.toHaveProperty('ReservedConcurrentExecutions')
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
      PROTECTED_GROUPS: '["impersonators","admins"]',
      SESSION_MINUTES: '60',
      RECORD_RETENTION_DAYS: '400',
      SIGN_IN_MAX_AGE_MINUTES: '720',
      LOOK_UP_GROUP: 'true',
      BASIC: 'true',
      REASON_REQUIRED: 'false',
      SUBJECT_CONTEXT_DATA: 'false',
      ENDPOINT_URL: '',
    }
    const triggers: TriggerEnvironment = {
      IMPERSONATION_CLIENT_ID: '<ImpersonationClient>',
      RECORDS_TABLE_NAME: '<Records>',
      PROTECTED_GROUPS: '["impersonators","admins"]',
      SESSION_MINUTES: '60',
      NEXT_TRIGGERS: '',
      SCOPES: '[]',
    }
    expect(functions['Endpoint/Function']?.Environment.Variables).toEqual(endpoint)
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
    ])
  })

  test('exclude AdminListGroupsForUser without lookUpGroup', () => {
    expect(JSON.stringify(templateOf({ lookUpGroup: groupNotLookedUp }))).not.toContain('AdminListGroupsForUser')
  })

  test('come only from inline policies', () => {
    const lambda = {
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
      Version: '2012-10-17',
    }
    expect(ofType(template, 'AWS::IAM::Role')).toEqual({
      'Endpoint/Role': { AssumeRolePolicyDocument: lambda },
      'Triggers/Role': { AssumeRolePolicyDocument: lambda },
    })
    expect(ofType(template, 'AWS::IAM::ManagedPolicy')).toEqual({})
  })

  test('let only this pool run the triggers, and only this route the endpoint', () => {
    expect(Object.values(ofType(template, 'AWS::Lambda::Permission'))).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: '<Triggers/Function.Arn>',
        Principal: 'cognito-idp.amazonaws.com',
        SourceArn: '<UserPool.Arn>',
        SourceAccount: '<AWS::AccountId>',
      },
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: '<Endpoint/Function.Arn>',
        Principal: 'apigateway.amazonaws.com',
        SourceArn:
          'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<Api>/<Api/DeploymentStage.v1>/POST/auth/impersonate',
      },
    ])
  })

  test('forbid all other roles to write records, but allow DynamoDB’s own deletions, which have no principal', () => {
    const { ResourcePolicy } = onlyOne(template, 'AWS::DynamoDB::Table')
    expect(ResourcePolicy.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: [
          'dynamodb:BatchWriteItem',
          'dynamodb:DeleteItem',
          'dynamodb:PartiQLDelete',
          'dynamodb:PartiQLInsert',
          'dynamodb:PartiQLUpdate',
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
        ],
        Resource: '*',
        Condition: {
          ArnNotEquals: { 'aws:PrincipalArn': ['<Endpoint/Role.Arn>', '<Triggers/Role.Arn>'] },
          Null: { 'aws:PrincipalArn': 'false' },
        },
      },
    ])
  })
})

describe('records', () => {
  test('expire, can be restored, and are indexed by subject, by actor, and by the day that a session ends on', () => {
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
      ['endsOn', 'endsAt'],
    ])
    for (const secret of ['grantHash', 'grantEndsAt', 'nonce']) expect(JSON.stringify(table)).not.toContain(secret)
    const attributes = table.GlobalSecondaryIndexes.flatMap(
      ({ Projection }: { Projection: { NonKeyAttributes: string[] } }) => Projection.NonKeyAttributes,
    )
    expect(attributes.length).toBeLessThanOrEqual(100) // DynamoDB's limit for all indexes together
  })
})
