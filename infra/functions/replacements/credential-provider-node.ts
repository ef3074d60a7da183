// Takes the place of the AWS SDK's chain of credential providers in the bundles. Lambda gives a function its credentials
// as environment variables, and there is nowhere else to look:
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html

export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env'
