// The REST API: its stage, its TLS policy, its keys and its gateway responses. `addRoutes` adds the routes.

import {
  type CfnRestApi,
  EndpointAccessMode,
  EndpointType,
  LogGroupLogDestination,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { acknowledge } from '../nag.ts'
import type { Settings } from '../settings/settings.ts'
import { accessLogFormat } from './access-log.ts'
import { addGatewayResponses } from './gateway-responses.ts'
import { addKeys, type Keys, type KeysProps } from './keys.ts'
import { addRoutes, methodLimits, type RouteFunctions } from './routes.ts'

export interface ImpersonationApiProps extends KeysProps, Pick<Settings, 'stageThrottle' | 'defaultEndpoint'> {
  /** Undefined: no access log. */
  accessLog: ILogGroup | undefined
}

export class ImpersonationApi extends RestApi {
  /** The customers' API keys. */
  readonly keys: Keys
  /** The resource servers' API keys. They open introspection only. */
  readonly resourceServerKeys: Keys

  constructor(scope: Construct, id: string, props: ImpersonationApiProps) {
    super(scope, id, {
      restApiName: props.name,
      endpointTypes: [EndpointType.REGIONAL],
      disableExecuteApiEndpoint: !props.defaultEndpoint,
      deployOptions: {
        stageName: 'v1',
        tracingEnabled: true,
        methodOptions: methodLimits(props),
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
    const { customers, resourceServers } = addKeys(this, props)
    this.keys = customers
    this.resourceServerKeys = resourceServers
  }

  /** Call this once, after the constructor: the functions need the ids of the keys. */
  addRoutes(functions: RouteFunctions): void {
    addRoutes(this, functions)
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
}
