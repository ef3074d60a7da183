// Replaces the AWS SDK's chain of credential providers in the bundles: Lambda sets credentials in the environment.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html

export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env'
