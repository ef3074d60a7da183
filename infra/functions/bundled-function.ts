// Lambda functions, each with its own role and log group.

import { CustomResource, Duration } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { acknowledge } from '../nag.ts'
import { bundle } from './bundle.ts'
import type { Entry } from './bundle-options.ts'
import { refuseLargeEnvironment } from './environment.ts'

export interface BundledFunctionProps {
  entry: Entry
  environment: Record<string, string>
  timeoutSeconds: number
  logRetentionDays: RetentionDays
  /** Default: CloudFormation chooses a name. */
  functionName?: string
  /** How many requests run at once. Default: as many as the account allows. */
  reservedConcurrency?: number
  /** Sends traces to X-Ray. Default: false. */
  traced?: boolean
}

/** A function that may only write its log. `allow` adds permissions. */
export class BundledFunction extends Construct {
  readonly role: Role
  readonly logGroup: LogGroup
  readonly function: LambdaFunction

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id)
    refuseLargeEnvironment(this, props.environment)
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.logGroup = new LogGroup(this, 'Logs', { retention: props.logRetentionDays })
    this.allow(this.logGroup.logGroupArn, 'logs:CreateLogStream', 'logs:PutLogEvents')
    this.function = new LambdaFunction(this, 'Function', {
      ...(props.functionName !== undefined && { functionName: props.functionName }),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: bundle(props.entry),
      handler: `${props.entry}.handler`,
      environment: props.environment,
      timeout: Duration.seconds(props.timeoutSeconds),
      // Lambda gives CPU in proportion to memory. 1 GB keeps cold starts short.
      memorySize: 1024,
      role: this.role,
      logGroup: this.logGroup,
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(props.traced && { tracing: Tracing.ACTIVE }),
      loggingFormat: LoggingFormat.JSON,
    })
    if (props.traced) {
      acknowledge(this.role, {
        'IAM5[Resource::*]':
          'X-Ray’s two write actions can’t be limited to a resource. The function can add traces to this account, but it can’t read any.',
      })
    }
  }

  allow(resources: string | string[], ...actions: string[]): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources: [resources].flat() }))
  }

  /**
   * Allows updates of a table's items that name and return only these attributes.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
   */
  allowUpdatesOf(tableArn: string, attributes: string[]): void {
    const conditions = {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
      // `ForAllValues` is true for a request without the key.
      Null: { 'dynamodb:Attributes': 'false' },
      StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] },
    }
    this.role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:UpdateItem'], resources: [tableArn], conditions }))
  }

  /** @param service the only service that may get the role, e.g. `cognito-idp.amazonaws.com` */
  allowToPass(roleArn: string, service: string): void {
    const conditions = { StringEquals: { 'iam:PassedToService': service } }
    this.role.addToPolicy(new PolicyStatement({ actions: ['iam:PassRole'], resources: [roleArn], conditions }))
  }
}

/** The function behind a custom resource. */
export class CustomResourceFunction extends BundledFunction {
  constructor(
    scope: Construct,
    id: string,
    props: Pick<BundledFunctionProps, 'entry' | 'environment' | 'logRetentionDays'>,
  ) {
    super(scope, id, { ...props, timeoutSeconds: 60 })
  }

  addResource(scope: Construct, id: string, resourceType: string, properties: Record<string, string>): CustomResource {
    const resource = new CustomResource(scope, id, {
      serviceToken: this.function.functionArn,
      resourceType,
      properties,
      // Lambda retries a failed run after one minute, and again after two more.
      serviceTimeout: Duration.minutes(10),
    })
    // CloudFormation deletes the function's role and log group only after the custom resource.
    resource.node.addDependency(this)
    return resource
  }
}
