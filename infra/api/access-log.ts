// The format of the API's access log.

import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'

/**
 * One JSON object per request. It contains no header values, no raw path and no API key, only the key's id.
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
