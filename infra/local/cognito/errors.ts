// The errors of the Cognito API.

/** `name` is the exception name in the API. */
export class CognitoError extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

export const notAuthorized = (message: string) => new CognitoError('NotAuthorizedException', message)
export const invalidParameter = (message: string) => new CognitoError('InvalidParameterException', message)
export const notFound = (message: string) => new CognitoError('ResourceNotFoundException', message)
export const incorrectPassword = () => notAuthorized('Incorrect username or password.')
export const userNotFound = () => new CognitoError('UserNotFoundException', 'User does not exist.')
export const invalidLambdaResponse = (message = 'Unrecognizable lambda output') =>
  new CognitoError('InvalidLambdaResponseException', message)
