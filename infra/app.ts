// What the CDK CLI runs.

import { App } from 'aws-cdk-lib'
import { ImpersonationStack } from './impersonation-stack.ts'

const app = new App()
new ImpersonationStack(app, 'Impersonation')
app.synth()
