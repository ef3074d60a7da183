// Lambda functions, each with a role and a log group of its own.

import { CustomResource, Duration } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { acknowledge } from '../nag.ts'
import { bundle } from './bundle.ts'
import type { Entry } from './bundle-options.ts'

export interface BundledFunctionProps<Environment extends Record<string, string>> {
  entry: Entry
  environment: Environment
  timeoutSeconds: number
  logRetentionDays: RetentionDays
  functionName?: string
  /** How many events at once; left out, the account alone limits it. */
  reservedConcurrency?: number
  /** Whether X-Ray is sent traces. */
  traced?: boolean
}

/** A function that may do nothing but write its log, until `allow` says otherwise. */
export class BundledFunction<Environment extends Record<string, string>> extends Construct {
  readonly role: Role
  readonly logGroup: LogGroup
  readonly function: LambdaFunction

  constructor(scope: Construct, id: string, props: BundledFunctionProps<Environment>) {
    super(scope, id)
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
      // CPU comes with memory: this much keeps a cold start short, and a call is over in tens of milliseconds.
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
          'X-Ray’s two write actions know no resource; they let the function add to this account’s traces, and read nothing.',
      })
    }
  }

  allow(resource: string, ...actions: string[]): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources: [resource] }))
  }
}

/** The function behind a custom resource. */
export class CustomResourceFunction extends BundledFunction<Record<string, never>> {
  constructor(scope: Construct, id: string, props: { entry: Entry; logRetentionDays: RetentionDays }) {
    super(scope, id, { ...props, environment: {}, timeoutSeconds: 60 })
  }

  addResource(scope: Construct, id: string, resourceType: string, properties: Record<string, string>): CustomResource {
    const resource = new CustomResource(scope, id, {
      serviceToken: this.function.functionArn,
      resourceType,
      properties,
      // Lambda runs a function that failed twice more, a minute and two later.
      serviceTimeout: Duration.minutes(10),
    })
    // Its role and its log are there as long as it is.
    resource.node.addDependency(this)
    return resource
  }
}
