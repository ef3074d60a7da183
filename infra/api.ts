// The REST API: one route, a key a customer, and 404 everywhere else.

import {
  ApiKey,
  EndpointType,
  type IApiKey,
  LambdaIntegration,
  type MethodOptions,
  MockIntegration,
  PassthroughBehavior,
  Period,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { addGatewayResponses, notFoundBody } from './gateway-responses.ts'
import { outputName, type Settings } from './settings.ts'

export interface ImpersonationApiProps extends Pick<Settings, 'customers' | 'throttle' | 'quota'> {
  name: string
  endpoint: IFunction
}

export class ImpersonationApi extends RestApi {
  /** Each customer's key. */
  readonly keys: Record<string, IApiKey>

  constructor(scope: Construct, id: string, props: ImpersonationApiProps) {
    super(scope, id, {
      restApiName: props.name,
      endpointTypes: [EndpointType.REGIONAL],
      deployOptions: { stageName: 'v1' },
      // The role that API Gateway logs with belongs to the whole region, so not to this stack.
      cloudWatchRole: false,
    })
    // The stack's outputs name the address, without the slash that this one ends in.
    this.node.tryRemoveChild('Endpoint')
    addGatewayResponses(this)
    this.#addRoutes(props.endpoint)
    this.keys = this.#addKeys(props)
  }

  #addRoutes(endpoint: IFunction): void {
    const auth = this.root.addResource('auth')
    const impersonate = auth.addResource('impersonate')
    impersonate.addMethod('POST', new LambdaIntegration(endpoint, { allowTestInvoke: false }), { apiKeyRequired: true })
    const [integration, options] = this.#nowhere()
    for (const resource of [this.root, auth, impersonate]) {
      resource.addMethod('ANY', integration, options)
      resource.addResource('{proxy+}').addMethod('ANY', integration, options)
    }
  }

  /**
   * A method that answers 404, key or no key. Without it, API Gateway answers 403 on unknown routes.
   * A mock alone would answer 415 to a Content-Type that it has no template for, so the request is refused before that:
   * it lacks a parameter that nobody knows of, and BAD_REQUEST_PARAMETERS is a 404 here.
   */
  #nowhere(): [MockIntegration, MethodOptions] {
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
    return [
      integration,
      {
        requestParameters: { 'method.request.header.No-Such-Route': true },
        requestValidator: this.addRequestValidator('NoSuchRoute', { validateRequestParameters: true }),
        methodResponses: [{ statusCode: '404', responseParameters: { [cacheControl]: true } }],
      },
    ]
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
