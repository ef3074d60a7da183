// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { describe, expect, test } from '@jest/globals'
import { Stack } from '../../../../infra/local/cloudformation/stack.ts'
import type { Template } from '../../../../infra/local/cloudformation/template.ts'

const place = { stackName: 'Sample', region: 'us-east-1', account: '000000000000' }
const stackOf = (template: Partial<Template>) => new Stack({ Resources: {}, ...template }, place)

const template: Template = {
  Parameters: { Qualifier: { Type: 'String', Default: 'hnb659fds' } },
  Resources: {
    Pool: { Type: 'AWS::Cognito::UserPool' },
    Client: { Type: 'AWS::Cognito::UserPoolClient', Properties: { GenerateSecret: true } },
    PublicClient: { Type: 'AWS::Cognito::UserPoolClient' },
    Api: { Type: 'AWS::ApiGateway::RestApi' },
    Key: { Type: 'AWS::ApiGateway::ApiKey' },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: { 'Fn::Sub': '${AWS::StackName}-endpoint' } },
    },
    Unnamed: { Type: 'AWS::DynamoDB::Table' },
  },
}

describe('ids', () => {
  const stack = new Stack(template, place)
  const idOf = (logicalId: string) => stack.resolve({ Ref: logicalId })

  test.each([
    ['Pool', /^us-east-1_[A-Za-z0-9]{9}$/],
    ['Client', /^[a-z0-9]{26}$/],
    ['Api', /^[a-z0-9]{10}$/],
    ['Key', /^[a-z0-9]{10}$/],
    ['Function', /^Sample-endpoint$/],
    ['Unnamed', /^Sample-Unnamed$/],
  ])('%s has the format of AWS', (logicalId, form) => {
    expect(idOf(logicalId)).toMatch(form)
  })

  test('are the same in the next run, but secrets differ', () => {
    const next = new Stack(template, place)
    expect(next.resolve({ Ref: 'Pool' })).toBe(idOf('Pool'))
    expect(next.attribute('Client', 'ClientSecret')).toMatch(/^[a-z0-9]{51}$/)
    expect(next.attribute('Client', 'ClientSecret')).not.toBe(stack.attribute('Client', 'ClientSecret'))
  })

  test('keep their secrets when the stack is deployed again', () => {
    const secrets = new Map<string, string>()
    const [first, second] = [new Stack(template, place, secrets), new Stack(template, place, secrets)]
    expect(second.attribute('Client', 'ClientSecret')).toBe(first.attribute('Client', 'ClientSecret'))
  })

  test('a secret stays the same within one run', () => {
    expect(stack.attribute('Client', 'ClientSecret')).toBe(stack.attribute('Client', 'ClientSecret'))
  })

  test('a client has a secret only with GenerateSecret', () => {
    expect(() => stack.attribute('PublicClient', 'ClientSecret')).toThrow('has no attribute ClientSecret')
  })
})

describe('intrinsic functions', () => {
  const stack = new Stack(template, place)

  test.each<[string, unknown, unknown]>([
    ['a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['the default of a parameter', { Ref: 'Qualifier' }, 'hnb659fds'],
    [
      'Fn::GetAtt as a list',
      { 'Fn::GetAtt': ['Function', 'Arn'] },
      'arn:aws:lambda:us-east-1:000000000000:function:Sample-endpoint',
    ],
    [
      'Fn::GetAtt as text',
      { 'Fn::GetAtt': 'Unnamed.Arn' },
      'arn:aws:dynamodb:us-east-1:000000000000:table/Sample-Unnamed',
    ],
    ['Fn::Join', { 'Fn::Join': ['/', ['a', { Ref: 'Function' }]] }, 'a/Sample-endpoint'],
    ['Fn::Join of a split', { 'Fn::Join': ['-', { 'Fn::Split': [':', 'a:b'] }] }, 'a-b'],
    [
      'Fn::Sub',
      { 'Fn::Sub': '${Unnamed.Arn} ${!literal} ${AWS::Partition}' },
      'arn:aws:dynamodb:us-east-1:000000000000:table/Sample-Unnamed ${literal} aws',
    ],
    [
      'Fn::Sub with its own variables',
      { 'Fn::Sub': ['${x}-${AWS::Region}', { x: { Ref: 'Qualifier' } }] },
      'hnb659fds-us-east-1',
    ],
    ['Fn::Select', { 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b'] }] }, 'b'],
    ['AWS::NoValue by dropping the key', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ])('resolve %s', (_name, value, resolved) => {
    expect(stack.resolve(value)).toEqual(resolved)
  })

  test.each(['Fn::Cidr', 'Fn::If', 'Fn::FindInMap', 'Fn::Base64'])('refuse the unknown function %s', (name) => {
    expect(() => stack.resolve({ [name]: [] })).toThrow(`does not know the intrinsic function ${name}`)
  })

  test('refuse references to a missing resource and to a parameter without a default', () => {
    expect(() => stack.resolve({ Ref: 'Nobody' })).toThrow('no resource Nobody')
    expect(() => stackOf({ Parameters: { Bare: { Type: 'String' } } }).resolve({ Ref: 'Bare' })).toThrow(
      'parameter Bare has no default',
    )
  })
})

describe('resources', () => {
  test.each([
    'AWS::S3::Bucket',
    'AWS::ApiGateway::Account',
    'AWS::CDK::Metadata',
    'AWS::CloudWatch::CompositeAlarm',
    'AWS::IAM::ManagedPolicy',
    'AWS::KMS::Alias',
    'AWS::Logs::MetricFilter',
  ])('of the unknown type %s are refused', (Type) => {
    expect(() => stackOf({ Resources: { Odd: { Type } } })).toThrow(
      `Odd is an ${Type}, which the local run does not know`,
    )
  })

  test('that refer to themselves are refused', () => {
    expect(() =>
      stackOf({ Resources: { A: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: { Ref: 'A' } } } } }),
    ).toThrow('A depends on itself')
  })

  test('have resolved properties', () => {
    const [fn] = new Stack(template, place).resources('AWS::Lambda::Function')
    expect(fn).toEqual({
      logicalId: 'Function',
      type: 'AWS::Lambda::Function',
      id: 'Sample-endpoint',
      properties: { FunctionName: 'Sample-endpoint' },
      retained: false,
    })
  })

  test('are found by a type pattern, with their retention', () => {
    const stack = stackOf({
      Resources: {
        Mine: { Type: 'Custom::Mine', DeletionPolicy: 'Retain' },
        Other: { Type: 'AWS::CloudFormation::CustomResource', DeletionPolicy: 'Delete' },
        Pool: { Type: 'AWS::Cognito::UserPool' },
      },
    })
    const found = stack.resources(/^Custom::/, 'AWS::CloudFormation::CustomResource')
    expect(found.map(({ logicalId, retained }) => [logicalId, retained])).toEqual([
      ['Mine', true],
      ['Other', false],
    ])
  })

  test('depend on every resource they refer to, directly or indirectly', () => {
    const stack = stackOf({
      Resources: {
        Pool: { Type: 'AWS::Cognito::UserPool' },
        Role: { Type: 'AWS::IAM::Role', DependsOn: ['Pool'] },
        Log: { Type: 'AWS::Logs::LogGroup' },
        Key: { Type: 'AWS::KMS::Key' },
        Function: {
          Type: 'AWS::Lambda::Function',
          DependsOn: 'Log',
          Properties: {
            Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            Environment: [{ 'Fn::Sub': '${AWS::Region} ${Key.Arn} ${!Bucket}' }, { Ref: 'AWS::StackName' }],
          },
        },
      },
    })
    expect([...stack.dependencies('Function')].sort()).toEqual(['Key', 'Log', 'Pool', 'Role'])
    expect(stack.dependencies('Pool').size).toBe(0)
  })
})

test('outputs are resolved', () => {
  const stack = stackOf({ ...template, Outputs: { PoolId: { Value: { Ref: 'Pool' } } } })
  expect(stack.outputs()).toEqual({ PoolId: stack.resolve({ Ref: 'Pool' }) })
})

const conditional = { Type: 'AWS::KMS::Key', Condition: 'Odd' }
test.each<[string, object]>([
  ['it has Conditions', { Conditions: {} }],
  ['it has Mappings', { Mappings: {} }],
  ['the resource Key has Condition', { Resources: { Key: conditional } }],
  ['the output Url has Condition', { Outputs: { Url: { Value: 'x', Condition: 'Odd' } } }],
])('a template is refused if %s', (message, parts) => {
  expect(() => stackOf(parts)).toThrow(`template: ${message}, which the local run does not know`)
})
