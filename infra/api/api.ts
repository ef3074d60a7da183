// The REST API: one route, one API key per customer, and 404 for everything else.

import {
  ApiKey,
  type CfnRestApi,
  EndpointAccessMode,
  EndpointType,
  type IApiKey,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodOptions,
  MockIntegration,
  PassthroughBehavior,
  Period,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { acknowledge } from '../nag.ts'
import { outputName } from '../settings/read-settings.ts'
import type { Settings } from '../settings/settings.ts'
import { accessLogFormat } from './access-log.ts'
import { addGatewayResponses, notFoundBody } from './gateway-responses.ts'

/** The stage's name for the method of the endpoint. */
const signInMethod = '/auth/impersonate/POST'

export interface ImpersonationApiProps
  extends Pick<Settings, 'customers' | 'throttle' | 'stageThrottle' | 'quota' | 'defaultEndpoint'> {
  name: string
  endpoint: IFunction
  /** Undefined: no access log. */
  accessLog: ILogGroup | undefined
}

export class ImpersonationApi extends RestApi {
  /** The API keys, by customer. */
  readonly keys: Record<string, IApiKey>

  constructor(scope: Construct, id: string, props: ImpersonationApiProps) {
    super(scope, id, {
      restApiName: props.name,
      endpointTypes: [EndpointType.REGIONAL],
      disableExecuteApiEndpoint: !props.defaultEndpoint,
      deployOptions: {
        stageName: 'v1',
        tracingEnabled: true,
        // The limit applies to this method only: the others need no API key, so anybody could use up a common limit.
        methodOptions: {
          [signInMethod]: {
            throttlingRateLimit: props.stageThrottle.rate,
            throttlingBurstLimit: props.stageThrottle.burst,
          },
        },
        ...(props.accessLog && {
          accessLogDestination: new LogGroupLogDestination(props.accessLog),
          accessLogFormat,
        }),
      },
      // API Gateway has one role for its logs for each account and region, so this stack must not make it.
      cloudWatchRole: false,
    })
    this.#requireTls()
    // Removes CDK's own output of the URL, which ends with a slash. The stack's output `ApiUrl` replaces it.
    this.node.tryRemoveChild('Endpoint')
    acknowledge(this, {
      APIG2:
        'The function validates requests. A request model can’t return the contract’s messages, and it would run before authentication.',
    })
    acknowledge(this.deploymentStage, {
      ...(!props.accessLog && {
        APIG1: 'The setting accessLog is false: the account’s region may have no role for API Gateway’s logs.',
      }),
      APIG3:
        'The account’s owner decides about a web ACL and its cost, and can add one to the stage. An API key, a throttle and a quota protect the function.',
      APIG6: 'Execution logs can contain headers, and headers contain credentials and API keys.',
    })
    addGatewayResponses(this)
    this.#addRoutes(props.endpoint)
    this.keys = this.#addKeys(props)
  }

  /**
   * Requires TLS 1.2 or newer with forward secrecy. API Gateway's default accepts TLS 1.0. RestApi has no property for this.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
   */
  #requireTls(): void {
    const api = this.node.defaultChild as CfnRestApi
    api.securityPolicy = SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09
    api.endpointAccessMode = EndpointAccessMode.STRICT
  }

  #addRoutes(endpoint: IFunction): void {
    const auth = this.root.addResource('auth')
    const impersonate = auth.addResource('impersonate')
    const post = impersonate.addMethod('POST', new LambdaIntegration(endpoint, { allowTestInvoke: false }), {
      apiKeyRequired: true,
    })
    const authorizedByFunction =
      'The function authenticates requests. A Cognito authorizer accepts no Basic credentials and can’t return the contract’s 401.'
    acknowledge(post, { APIG4: authorizedByFunction, COG4: authorizedByFunction })
    const { integration, options } = this.#createNotFoundMethod()
    for (const parent of [this.root, auth, impersonate]) {
      for (const resource of [parent, parent.addResource('{proxy+}')]) {
        const alwaysNotFound = 'This method always responds with 404, so it needs no authorization.'
        acknowledge(resource.addMethod('ANY', integration, options), { APIG4: alwaysNotFound, COG4: alwaysNotFound })
      }
    }
  }

  /**
   * A method that responds with 404 and needs no API key. Without it, API Gateway responds to unknown routes with 403. The
   * mock integration alone would respond with 415 to any Content-Type but JSON. So the method requires a header
   * that no caller sends, and the gateway response BAD_REQUEST_PARAMETERS is a 404.
   */
  #createNotFoundMethod(): { integration: MockIntegration; options: MethodOptions } {
    const cacheControl = 'method.response.header.Cache-Control'
    const integration = new MockIntegration({
      passthroughBehavior: PassthroughBehavior.NEVER,
      requestTemplates: { 'application/json': JSON.stringify({ statusCode: 404 }) },
      integrationResponses: [
        {
          statusCode: '404',
          responseTemplates: { 'application/json': notFoundBody },
          responseParameters: { [cacheControl]: "'no-store'" },
        },
      ],
    })
    const options = {
      requestParameters: { 'method.request.header.No-Such-Route': true },
      requestValidator: this.addRequestValidator('NoSuchRoute', { validateRequestParameters: true }),
      methodResponses: [{ statusCode: '404', responseParameters: { [cacheControl]: true } }],
    }
    return { integration, options }
  }

  #addKeys({ name, customers, throttle, quota }: ImpersonationApiProps): Record<string, IApiKey> {
    const plan = this.addUsagePlan('Plan', {
      name,
      throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
      quota: { limit: quota.limit, period: Period[quota.period] },
      apiStages: [{ stage: this.deploymentStage }],
    })
    return Object.fromEntries(
      customers.map((customer) => {
        const key = new ApiKey(this, `Key${outputName(customer)}`, { apiKeyName: `${name}-${customer}` })
        plan.addApiKey(key)
        return [customer, key]
      }),
    )
  }
}
