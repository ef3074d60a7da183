// The errors of API Gateway itself: status, message and type, before a gateway response changes them.

interface Failure {
  /** From "Gateway response types for API Gateway"; absent if only DEFAULT_4XX or DEFAULT_5XX applies. */
  type?: string
  status: number
  message: string
  /** The response header x-amzn-ErrorType. */
  errorType: string
}

const internal = { message: 'Internal server error', errorType: 'InternalServerErrorException' }

const failures = {
  noRoute: {
    type: 'MISSING_AUTHENTICATION_TOKEN',
    status: 403,
    message: 'Missing Authentication Token',
    errorType: 'MissingAuthenticationTokenException',
  },
  // On an unknown route, API Gateway reads an Authorization header as a signature. The message has the header's hash.
  noRouteButAuthorization: { status: 403, message: '', errorType: 'IncompleteSignatureException' },
  invalidApiKey: { type: 'INVALID_API_KEY', status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  badParameters: {
    type: 'BAD_REQUEST_PARAMETERS',
    status: 400,
    message: 'Missing required request parameters',
    errorType: 'BadRequestException',
  },
  throttled: { type: 'THROTTLED', status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  quotaExceeded: {
    type: 'QUOTA_EXCEEDED',
    status: 429,
    message: 'Limit Exceeded',
    errorType: 'LimitExceededException',
  },
  // The event exceeds Lambda's 6 MB. A request over API Gateway's own 10 MB gets no gateway response.
  tooLarge: { type: 'REQUEST_TOO_LARGE', status: 413, message: 'Request Too Long', errorType: 'BadRequestException' },
  unsupportedMediaType: {
    type: 'UNSUPPORTED_MEDIA_TYPE',
    status: 415,
    message: 'Unsupported Media Type',
    errorType: 'BadRequestException',
  },
  misconfigured: { type: 'API_CONFIGURATION_ERROR', status: 500, ...internal },
  badFunctionAnswer: { status: 502, ...internal },
  timedOut: { type: 'INTEGRATION_TIMEOUT', status: 504, ...internal, message: 'Endpoint request timed out' },
} satisfies Record<string, Failure>

/** Ends a request with an error of API Gateway itself. */
export class GatewayError extends Error {
  readonly failure: Failure

  constructor(name: keyof typeof failures, message?: string) {
    const failure: Failure = failures[name]
    super(message ?? failure.message)
    this.failure = failure
  }
}
