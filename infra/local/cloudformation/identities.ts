// The values of `Ref` and `Fn::GetAtt` for each known resource type.

import { createHash } from 'node:crypto'
import { lowerCase, mixedCase, secret, spell } from '../random.ts'
import type { Place } from './template.ts'

/** The value of `Ref`, and the attributes by name. */
export type Identity = { Ref: string } & Record<string, string>

interface ResourceContext extends Place {
  logicalId: string
  /** The property as text; undefined if it is not set. */
  property(name: string): string | undefined
  /** The property, or a generated name if it is not set. */
  name(property: string): string
  /** An id that is the same in every run. */
  id(length: number, alphabet?: string): string
  /** A random value that the resource keeps across deployments. */
  secret(length: number): string
  arn(service: string, resource: string): string
}

/** The types of custom resources. Their `Ref` is the logical id here; AWS returns the physical id. */
export const customResource = /^(Custom::.+|AWS::CloudFormation::CustomResource)$/

const byLogicalId = ({ logicalId }: ResourceContext): Identity => ({ Ref: logicalId })

const types: Record<string, (context: ResourceContext) => Identity> = {
  'AWS::ApiGateway::ApiKey': ({ id }) => ({ Ref: id(10), APIKeyId: id(10) }),
  'AWS::ApiGateway::Deployment': ({ id }) => ({ Ref: id(6), DeploymentId: id(6) }),
  'AWS::ApiGateway::GatewayResponse': ({ id }) => ({ Ref: id(6), Id: id(6) }),
  'AWS::ApiGateway::Method': byLogicalId,
  'AWS::ApiGateway::RequestValidator': ({ id }) => ({ Ref: id(6), RequestValidatorId: id(6) }),
  'AWS::ApiGateway::Resource': ({ id }) => ({ Ref: id(6), ResourceId: id(6) }),
  'AWS::ApiGateway::RestApi': ({ id }) => ({ Ref: id(10), RestApiId: id(10), RootResourceId: id(9) }),
  'AWS::ApiGateway::Stage': ({ name }) => ({ Ref: name('StageName') }),
  'AWS::ApiGateway::UsagePlan': ({ id }) => ({ Ref: id(6), Id: id(6) }),
  'AWS::ApiGateway::UsagePlanKey': ({ id }) => ({ Ref: id(17), Id: id(17) }),
  'AWS::CloudWatch::Alarm': ({ name, arn }) => ({
    Ref: name('AlarmName'),
    Arn: arn('cloudwatch', `alarm:${name('AlarmName')}`),
  }),
  'AWS::CloudWatch::Dashboard': ({ name }) => ({ Ref: name('DashboardName') }),
  'AWS::Cognito::UserPool': ({ id, arn, region }) => {
    const poolId = `${region}_${id(9, mixedCase)}`
    const provider = `cognito-idp.${region}.amazonaws.com/${poolId}`
    return {
      Ref: poolId,
      UserPoolId: poolId,
      Arn: arn('cognito-idp', `userpool/${poolId}`),
      ProviderName: provider,
      ProviderURL: `https://${provider}`,
    }
  },
  'AWS::Cognito::UserPoolClient': ({ id, name, property, secret }) => ({
    Ref: id(26),
    ClientId: id(26),
    Name: name('ClientName'),
    ...(property('GenerateSecret') === 'true' && { ClientSecret: secret(51) }),
  }),
  'AWS::Cognito::UserPoolGroup': ({ name }) => ({ Ref: name('GroupName') }),
  'AWS::DynamoDB::Table': ({ name, arn, property }) => ({
    Ref: name('TableName'),
    Arn: arn('dynamodb', `table/${name('TableName')}`),
    ...(property('StreamSpecification') !== undefined && {
      StreamArn: arn('dynamodb', `table/${name('TableName')}/stream/2026-01-01T00:00:00.000`),
    }),
  }),
  'AWS::IAM::Policy': byLogicalId,
  'AWS::IAM::Role': ({ name, account, id }) => ({
    Ref: name('RoleName'),
    Arn: `arn:aws:iam::${account}:role/${name('RoleName')}`,
    RoleId: id(21),
  }),
  'AWS::KMS::Key': ({ logicalId, arn }) => {
    const keyId = stableUuid(logicalId)
    return { Ref: keyId, KeyId: keyId, Arn: arn('kms', `key/${keyId}`) }
  },
  'AWS::Lambda::EventSourceMapping': ({ logicalId, arn }) => {
    const id = stableUuid(logicalId)
    return { Ref: id, Id: id, EventSourceMappingArn: arn('lambda', `event-source-mapping:${id}`) }
  },
  'AWS::Lambda::Function': ({ name, arn }) => ({
    Ref: name('FunctionName'),
    Arn: arn('lambda', `function:${name('FunctionName')}`),
  }),
  'AWS::Lambda::Permission': byLogicalId,
  'AWS::Logs::LogGroup': ({ name, arn }) => ({
    Ref: name('LogGroupName'),
    Arn: arn('logs', `log-group:${name('LogGroupName')}:*`),
  }),
  'AWS::SNS::Subscription': byLogicalId,
  'AWS::SNS::Topic': ({ name, arn }) => ({
    Ref: arn('sns', name('TopicName')),
    TopicArn: arn('sns', name('TopicName')),
    TopicName: name('TopicName'),
  }),
  'AWS::SNS::TopicPolicy': byLogicalId,
  'AWS::SQS::Queue': ({ name, arn, region, account }) => {
    const url = `https://sqs.${region}.amazonaws.com/${account}/${name('QueueName')}`
    return { Ref: url, QueueUrl: url, Arn: arn('sqs', name('QueueName')), QueueName: name('QueueName') }
  },
  'AWS::SQS::QueuePolicy': byLogicalId,
}

export interface IdentifyOptions {
  type: string
  logicalId: string
  place: Place
  /** A property of the resource as text. */
  property: (name: string) => string | undefined
  /** The generated secrets by logical id; new ones are added. */
  secrets: Map<string, string>
}

/** @throws Error if the local run does not know the type */
export function identify({ type, logicalId, place, property, secrets }: IdentifyOptions): Identity {
  const identityOf = customResource.test(type) ? byLogicalId : types[type]
  if (!identityOf) throw new Error(`template: ${logicalId} is an ${type}, which the local run does not know`)
  return identityOf({
    ...place,
    logicalId,
    property,
    name: (name) => property(name) ?? `${place.stackName}-${logicalId}`,
    id: (length, alphabet = lowerCase) =>
      spell(createHash('sha512').update(`${type} ${logicalId}`).digest(), length, alphabet),
    secret(length) {
      const value = secrets.get(logicalId) ?? secret(length)
      secrets.set(logicalId, value)
      return value
    },
    arn: (service, resource) => `arn:aws:${service}:${place.region}:${place.account}:${resource}`,
  })
}

/** A UUID that depends on the name only. */
export function stableUuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
