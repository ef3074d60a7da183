// What the API's access log says of a request, whoever answered it.

import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'

/**
 * One JSON object a line. Only what API Gateway itself found out: no header's value, no path as sent, and of the
 * customer the key's id, never the key. `requestId` is what records, log lines and 5xx answers call so.
 */
export const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.extendedRequestId',
    time: '$context.requestTimeEpoch',
    sourceIp: '$context.identity.sourceIp',
    apiKeyId: '$context.identity.apiKeyId',
    method: '$context.httpMethod',
    resource: '$context.resourcePath',
    status: '$context.status',
    gatewayResponse: '$context.error.responseType',
    milliseconds: '$context.responseLatency',
    functionStatus: '$context.integration.status',
    functionMilliseconds: '$context.integration.latency',
    bytes: '$context.responseLength',
  }),
)
