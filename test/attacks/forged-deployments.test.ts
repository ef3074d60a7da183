// Forged requests to the functions of the custom resources: the attacker may invoke them, but is not CloudFormation.

import { createServer } from 'node:http'
import { AdminAddUserToGroupCommand, ListUsersInGroupCommand } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { listen } from '../../infra/local/listen.ts'
import type { LocalRun } from '../../infra/local/run.ts'
import { sharedAssembly } from '../support/assembly.ts'
import { existingPoolSettings, type OpenAccount, openAccount } from '../support/existing-pool.ts'

const assembly = await sharedAssembly(existingPoolSettings)

/** Takes the functions' responses. A response that nobody takes is sent again after a pause. */
const attacker = createServer((_, response) => response.end())
let responseUrl: string
beforeAll(async () => {
  responseUrl = `http://127.0.0.1:${await listen(attacker)}/`
})
afterAll(() => {
  attacker.closeAllConnections()
  attacker.close()
})

let account: OpenAccount
let pools: string[]
let run: LocalRun
async function open() {
  account = await openAccount(assembly)
  pools = [(await account.makePool()).id, (await account.makePool()).id]
  run = await account.deploy(String(pools[0]))
}
const close = () => account.close()

const evil = 'arn:aws:lambda:us-east-1:000000000000:function:evil'
const look = () => Promise.all(pools.map((id) => account.look(id)))

/** Sends an event with the properties of the deployed resource and with `changes`. */
async function forge(type: string, changes: object, event: object = {}) {
  const resource = run.customResources.find((resource) => resource.type === type)
  return account.runFunction(resource?.serviceToken ?? '', {
    RequestType: 'Update',
    ResponseURL: responseUrl,
    StackId: run.stack.id,
    RequestId: 'forged',
    LogicalResourceId: resource?.logicalId,
    PhysicalResourceId: resource?.physicalId,
    ResourceType: type,
    ResourceProperties: { ...resource?.properties, ...changes },
    OldResourceProperties: { ...resource?.properties, ...changes },
    ...event,
  })
}

// The tests share one deployment, since none of them changes it.
describe('a forged request', () => {
  beforeAll(open)
  afterAll(close)

  test.each<[string, (other: string) => [changes: object, event?: object]]>([
    ['another function as the new one', () => [{ TriggersArn: evil }]],
    [
      'another function as the new one, and ours as the former',
      () => [{ TriggersArn: evil }, { OldResourceProperties: undefined }],
    ],
    ['another function in a create', () => [{ TriggersArn: evil }, { RequestType: 'Create' }]],
    ['another pool', (UserPoolId) => [{ UserPoolId }]],
    ['another pool in a create', (UserPoolId) => [{ UserPoolId }, { RequestType: 'Create' }]],
    ['another pool in a delete', (UserPoolId) => [{ UserPoolId }, { RequestType: 'Delete' }]],
    ['another function in a delete', () => [{ TriggersArn: evil }, { RequestType: 'Delete' }]],
    [
      'next triggers to put into the pool',
      () => [{ NextTriggers: JSON.stringify({ DefineAuthChallenge: evil }) }, { RequestType: 'Create' }],
    ],
    [
      'an alleged rollback to another function',
      () => [{ TriggersArn: evil, DeployedAt: '1' }, { OldResourceProperties: { TriggersArn: evil, DeployedAt: '2' } }],
    ],
  ])('does not change the triggers of either pool: %s', async (_, forged) => {
    const before = await look()
    await forge('Custom::UserPoolTriggers', ...forged(String(pools[1])))
    expect(await look()).toEqual(before)
  })

  test.each<[string, (other: string) => [changes: object, event?: object]]>([
    ['a group of another pool', (UserPoolId) => [{ UserPoolId }, { RequestType: 'Create' }]],
    ['another group', () => [{ GroupName: 'root' }, { RequestType: 'Create' }]],
    ['a delete of the owner’s group', () => [{ GroupName: 'admins' }, { RequestType: 'Delete' }]],
    ['a delete for another stack', () => [{}, { RequestType: 'Delete', StackId: 'arn:another' }]],
  ])('does not change the groups of either pool: %s', async (_, forged) => {
    const before = await look()
    await forge('Custom::UserPoolGroup', ...forged(String(pools[1])))
    expect(await look()).toEqual(before)
  })
})

describe('a forged delete', () => {
  beforeEach(open)
  afterEach(close)

  test('puts only the owner’s functions into the pool', async () => {
    const NextTriggers = JSON.stringify({ DefineAuthChallenge: evil })
    await forge('Custom::UserPoolTriggers', { NextTriggers }, { RequestType: 'Delete' })
    expect(JSON.stringify(await look())).not.toContain(evil)
  })

  test('keeps a group with members, and the right that it gives', async () => {
    const [UserPoolId = ''] = pools
    const group = { UserPoolId, GroupName: 'impersonators' }
    await account.owner.send(new AdminAddUserToGroupCommand({ ...group, Username: 'zoe' }))
    const before = await look()
    await forge('Custom::UserPoolGroup', { GroupName: 'impersonators' }, { RequestType: 'Delete' })
    expect(await look()).toEqual(before)
    const { Users } = await account.owner.send(new ListUsersInGroupCommand(group))
    expect(Users?.map(({ Username }) => Username)).toEqual(['zoe'])
  })
})
