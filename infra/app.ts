// The app that the CDK CLI runs.

import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { ImpersonationStack } from './impersonation-stack.ts'

const app = new App()
new ImpersonationStack(app, 'Impersonation')
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
app.synth()
