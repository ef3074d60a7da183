// A local run on an existing pool with the custom attributes `shown` and `hidden`, of which the app's client reads the first.

import {
  CreateGroupCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { demoApiKey, demoResourceKey, makeDemoPeople } from '../../infra/local/demo/people.ts'
import { sharedAssembly } from '../support/assembly.ts'
import { openAccount, poolIdInTemplate } from '../support/existing-pool.ts'
import { connect, type Outputs, type Target } from './target.ts'

/** The attributes that an app client of the pool's owner may read. */
export const readable = ['email', 'email_verified', 'custom:shown']

/** The settings of the deployment. On AWS, the pool's owner also sets `userPoolId`. */
export const settings = {
  protectedGroups: ['impersonators', 'impersonation-auditors', 'admins'],
  readAttributes: readable,
  requiredAttributes: ['email'],
  scopes: ['orders/read', 'openid'],
}

/** @returns the target, and the id of the owner's app client */
export async function openExistingPool(): Promise<Target & { appClientId: string }> {
  const account = await openAccount(await sharedAssembly({ ...settings, userPoolId: poolIdInTemplate }))
  const { owner } = account
  const { UserPool } = await owner.send(
    new CreateUserPoolCommand({
      PoolName: 'owner',
      AliasAttributes: ['email'],
      Schema: [
        { Name: 'email', AttributeDataType: 'String', Required: true, Mutable: true },
        { Name: 'shown', AttributeDataType: 'String', Mutable: true },
        { Name: 'hidden', AttributeDataType: 'String', Mutable: true },
      ],
    }),
  )
  const { UserPoolClient } = await owner.send(
    new CreateUserPoolClientCommand({
      UserPoolId: UserPool?.Id,
      ClientName: 'app',
      ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH'],
      ReadAttributes: readable,
    }),
  )
  await owner.send(new CreateGroupCommand({ UserPoolId: UserPool?.Id, GroupName: 'admins' }))
  const run = await account.deploy(UserPool?.Id ?? '')
  const outputs = run.outputs as unknown as Outputs
  const clients = connect(outputs)
  await makeDemoPeople(owner, outputs.UserPoolId)
  return {
    outputs,
    apiKey: demoApiKey,
    resourceServerKey: demoResourceKey,
    ...clients,
    appClientId: UserPoolClient?.ClientId ?? '',
    async close() {
      clients.cognito.destroy()
      clients.dynamoDB.destroy()
      await account.close()
    },
  }
}
