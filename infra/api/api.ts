// The REST API: one route, a key a customer, and 404 everywhere else.

import {
  ApiKey,
  EndpointType,
  type IApiKey,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodOptions,
  MockIntegration,
  PassthroughBehavior,
  Period,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { acknowledge } from '../nag.ts'
import { outputName, type Settings } from '../settings/settings.ts'
import { accessLogFormat } from './access-log.ts'
import { addGatewayResponses, notFoundBody } from './gateway-responses.ts'

export interface ImpersonationApiProps extends Pick<Settings, 'customers' | 'throttle' | 'quota'> {
  name: string
  endpoint: IFunction
  /** Without one, requests are not logged. */
  accessLog: ILogGroup | undefined
}

export class ImpersonationApi extends RestApi {
  /** Each customer's key. */
  readonly keys: Record<string, IApiKey>

  constructor(scope: Construct, id: string, props: ImpersonationApiProps) {
    super(scope, id, {
      restApiName: props.name,
      endpointTypes: [EndpointType.REGIONAL],
      deployOptions: {
        stageName: 'v1',
        tracingEnabled: true,
        ...(props.accessLog && {
          accessLogDestination: new LogGroupLogDestination(props.accessLog),
          accessLogFormat,
        }),
      },
      // The role that API Gateway logs with belongs to the whole region, so not to this stack.
      cloudWatchRole: false,
    })
    // The stack's outputs name the address, without the slash that this one ends in.
    this.node.tryRemoveChild('Endpoint')
    acknowledge(this, {
      APIG2:
        'The function checks requests itself: a model could not give the contract’s messages, nor come after the 401.',
    })
    acknowledge(this.deploymentStage, {
      ...(!props.accessLog && {
        APIG1: 'The setting accessLog is off, as where the region has no role for API Gateway’s logs.',
      }),
      APIG3:
        'A web ACL is the account’s to own and to pay for; an API key, a throttle and a quota stand before the function, and the stage can be given an ACL.',
      APIG6: 'Execution logs can show headers, so Authorization and API keys. The access log has what is needed.',
    })
    addGatewayResponses(this)
    this.#addRoutes(props.endpoint)
    this.keys = this.#addKeys(props)
  }

  #addRoutes(endpoint: IFunction): void {
    const auth = this.root.addResource('auth')
    const impersonate = auth.addResource('impersonate')
    const post = impersonate.addMethod('POST', new LambdaIntegration(endpoint, { allowTestInvoke: false }), {
      apiKeyRequired: true,
    })
    const byFunction =
      'The function authorizes: an authorizer takes no Basic, and does not shape the 401 as the contract has it.'
    acknowledge(post, { APIG4: byFunction, COG4: byFunction })
    const [integration, options] = this.#nowhere()
    for (const resource of [this.root, auth, impersonate]) {
      for (const nowhere of [resource, resource.addResource('{proxy+}')]) {
        const nothing = 'There is nothing behind this method: it answers 404, to anyone.'
        acknowledge(nowhere.addMethod('ANY', integration, options), { APIG4: nothing, COG4: nothing })
      }
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
