// An app of a user of the package. The test replaces the imports of infra/ by the package's names.

import { App, Stack } from 'aws-cdk-lib'
import { UserPool } from 'aws-cdk-lib/aws-cognito'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Impersonation, type ImpersonationProps, nobodyProtected } from '../../../infra/index.ts'
import { createLiveCheck, NotLiveError } from '../../../infra/live.ts'

// The folder for the template: the CDK CLI passes it by CDK_OUTDIR.
const app = new App()

function addStack(name: string, propsOf: (stack: Stack) => ImpersonationProps): void {
  const stack = new Stack(app, name)
  const impersonation = new Impersonation(stack, 'Impersonation', {
    alarmEmail: 'on-call@example.com',
    accessLog: false,
    ...propsOf(stack),
  })
  stack.exportValue(impersonation.url, { name: `${name}Url` })
}

addStack('OwnPool', () => ({ customers: ['acme-corp'], data: 'destroy' }))
addStack('ExistingPool', () => ({
  userPoolId: 'us-east-1_Abc123',
  protectedGroups: ['impersonators', 'impersonation-auditors', 'admins'],
  requiredAttributes: ['email'],
  readAttributes: ['email'],
}))
addStack('StackPool', (stack) => {
  const userPool = new UserPool(stack, 'Customers')
  const tenantClaims = new LambdaFunction(stack, 'TenantClaims', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('export const handler = (event) => event'),
  })
  return {
    userPool,
    nextTriggers: { PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: tenantClaims } },
    protectedGroups: nobodyProtected,
    logRetentionDays: 30,
  }
})

// A resource server needs nothing of the CDK.
const live: (token: string) => (verified: { payload: object }) => Promise<void> = createLiveCheck({
  apiUrl: 'https://api.example.com/v1',
  apiKey: 'key',
})
live('token')({ payload: { act: {} } }).then(
  () => {
    throw new Error('a token of no impersonation is accepted')
  },
  (error: unknown) => {
    if (!(error instanceof NotLiveError && error.code === 'Inactive')) throw error
  },
)

app.synth()
