// The format of the API's access log.

import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'

/**
 * One JSON object for each request. It has the id of the API key, but no key, no header values and no raw path.
 * `requestId` is the same id as in records, in the functions' logs and in 5xx responses.
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
