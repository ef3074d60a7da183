// Replaces the memory of the AWS SDK's endpoint discovery in the bundles. DynamoDB's client calls its regional endpoint unless
// discovery is turned on, and the functions' roles do not allow that.

/** Remembers nothing, so that the client always calls the regional endpoint. */
export class EndpointCache {
  getEndpoint(): undefined {}
  get(): undefined {}
  set(): void {}
  delete(): void {}
}
