// An example app: a stack with its own user pool, trigger and app client, plus impersonation.

import { fileURLToPath } from 'node:url'
import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import { FeaturePlan, UserPool, UserPoolOperation } from 'aws-cdk-lib/aws-cognito'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { Impersonation } from '../../infra/index.ts'

export class ShopStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props)
    const userPool = new UserPool(this, 'Customers', {
      featurePlan: FeaturePlan.ESSENTIALS,
      signInAliases: { username: true, email: true },
      selfSignUpEnabled: true,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const addFunction = (id: string, folder: string) =>
      new LambdaFunction(this, id, {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromAsset(fileURLToPath(new URL(folder, import.meta.url))),
      })
    const preSignUp = addFunction('PreSignUp', './pre-sign-up')
    const tenantClaims = addFunction('TenantClaims', './tenant-claims')
    userPool.addTrigger(UserPoolOperation.PRE_SIGN_UP, preSignUp)
    const shop = userPool.addClient('Shop', {
      authFlows: { userSrp: true, adminUserPassword: true },
      disableOAuth: true,
      preventUserExistenceErrors: true,
    })

    const impersonation = new Impersonation(this, 'Impersonation', {
      userPool,
      actorClient: shop,
      // Not `userPool.addTrigger`: Cognito runs only impersonation's function, which then runs this function.
      nextTriggers: { PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: tenantClaims } },
      customers: ['back-office'],
      // The shop's own API asks whether an impersonated session is still good.
      resourceServers: ['shop'],
      sessionMinutes: 30,
      data: 'destroy',
    })

    new CfnOutput(this, 'ApiUrl', { value: impersonation.url })
    new CfnOutput(this, 'ApiKeyIdBackOffice', { value: impersonation.api.keys['back-office']?.keyId ?? '' })
    new CfnOutput(this, 'ResourceServerKeyIdShop', { value: impersonation.api.resourceServerKeys.shop?.keyId ?? '' })
    new CfnOutput(this, 'UserPoolId', { value: userPool.userPoolId })
    new CfnOutput(this, 'ActorClientId', { value: shop.userPoolClientId })
    new CfnOutput(this, 'ImpersonationClientId', { value: impersonation.impersonationClient.ref })
    new CfnOutput(this, 'RecordsTableName', { value: impersonation.records.tableName })
  }
}
