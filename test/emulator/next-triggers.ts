// Deploys to pools with triggers of their own: tenant claims (V1_0, V2_0) and passwordless sign-in.

import { deepStrictEqual, rejects } from 'node:assert/strict'
import { join } from 'node:path'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { localAccess } from '../../infra/local/client-access.ts'
import type { NextTriggers } from '../../lambda/next-triggers.ts'
import type { RunOptions } from '../support/commands.ts'
import { describeUserPool, smsRoleArn } from '../support/full-user-pool.ts'
import { createDemoPeople, deploy, place, remove, useEmulatorAddresses } from './deployment.ts'
import { triggersArn, withTriggers } from './existing-pool.ts'
import { expectOutcomes } from './next-trigger-outcomes.ts'
import { type Access, signInOlivia } from './olivia.ts'
import { createOwnerFunctions } from './owner-functions.ts'
import { type Claims, claimsOf, makeOwnerPool, type OwnerPool, type TokenPair } from './owner-pool.ts'
import { nextTriggerProbes } from './permissions/impersonation-probes.ts'
import type { TriedPermission } from './permissions/prove.ts'
import { testPermissions } from './permissions/test-permissions.ts'

type Step = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>
type Version = 'V1_0' | 'V2_0'

/**
 * @param triedBefore the permissions that were tried without triggers of an owner
 * @returns the other permissions, as tried here
 * @throws Error if a sign-in, an impersonation or the removal has another result than it should have
 */
export async function testNextTriggers(
  { endpoint, folder, triedBefore }: { endpoint: string; folder: string; triedBefore: readonly TriedPermission[] },
  options: RunOptions,
  step: Step,
): Promise<TriedPermission[]> {
  const cognito = new CognitoIdentityProviderClient(localAccess(place.region, endpoint))
  const owner = createOwnerFunctions({ endpoint, folder }, options)
  const [tenantClaims, passwordless] = await Promise.all([owner.make('tenant-claims'), owner.make('passwordless')])
  const challenges = {
    DefineAuthChallenge: passwordless,
    CreateAuthChallenge: passwordless,
    VerifyAuthChallengeResponse: passwordless,
  }

  /** Deploys to a pool and compares its sign-ins with those before. */
  async function attach(LambdaVersion: Version) {
    const nextTriggers: NextTriggers = {
      ...challenges,
      PreTokenGenerationConfig: { LambdaVersion, LambdaArn: tenantClaims },
    }
    // MiniStack takes a V1_0 answer only from a function under the older name.
    const slots = LambdaVersion === 'V1_0' ? { ...challenges, PreTokenGeneration: tenantClaims } : nextTriggers
    const pool = await makeOwnerPool(cognito, slots)
    const settings = await describeUserPool(cognito, pool.id)
    const before = await signIns(pool)
    expectTenant(before, LambdaVersion, 'zoe')

    const assembly = join(folder, `next-${LambdaVersion}`)
    const context = {
      userPoolId: pool.id,
      protectedGroups: 'impersonators,impersonation-auditors,admins',
      smsRoleArn,
      data: 'destroy',
      nextTriggers: JSON.stringify(nextTriggers),
      // With this setting, the trigger function also reads the record.
      mayActAs: '{"impersonators":["*"]}',
    }
    const outputsFile = await deploy(assembly, options, context)
    deepStrictEqual(await describeUserPool(cognito, pool.id), withTriggers(settings, triggersArn(outputsFile)))
    deepStrictEqual(await signIns(pool), before)

    const access = { ...(await useEmulatorAddresses({ outputsFile, endpoint })), signal: options.signal }
    await createDemoPeople(outputsFile, options)
    await expectImpersonation(access, LambdaVersion)
    return { pool, settings, before, assembly, access }
  }

  const first = await step('Deploying to a passwordless pool with tenant claims (V1_0)', () => attach('V1_0'))
  const second = await step('Moving to such a pool with tenant claims (V2_0)', () => attach('V2_0'))
  await step('Comparing the first pool', async () => {
    const { pool, settings, before } = first
    // Cognito itself shows a V1_0 function under both names.
    const PreTokenGenerationConfig = { LambdaVersion: 'V1_0', LambdaArn: tenantClaims }
    const LambdaConfig = { ...settings.LambdaConfig, PreTokenGenerationConfig }
    deepStrictEqual(await describeUserPool(cognito, pool.id), { ...settings, LambdaConfig })
    // Its tenant claims are among those in unproven.ts.
    deepStrictEqual(await signIns(pool), withoutTenant(before))
  })
  const tried = await step('Taking away the permission to run the pool’s own triggers', () =>
    testPermissions({ endpoint, assembly: second.assembly, triedBefore }, () => nextTriggerProbes(second.access)),
  )
  await step('Trying a trigger of the pool that refuses, fails and forges', async () => {
    await owner.setCode('tenant-claims', 'test/support/own-triggers')
    await expectOutcomes(cognito, second.access)
    await owner.setCode('tenant-claims', 'test/example/tenant-claims')
  })
  await step('Removing the stack from it', async () => {
    await remove(endpoint)
    const { pool, settings, before } = second
    deepStrictEqual(await describeUserPool(cognito, pool.id), settings)
    deepStrictEqual(await signIns(pool), before)
  })
  cognito.destroy()
  return tried
}

interface SignIns {
  byPassword: TokenPair
  byCode: TokenPair
}

/** @throws Error if three wrong codes are not refused */
async function signIns(pool: OwnerPool): Promise<SignIns> {
  await rejects(pool.signInByCode('1', '2', '3'), { name: 'NotAuthorizedException' })
  return { byPassword: await pool.signInByPassword(), byCode: await pool.signInByCode('000000', '424242') }
}

/** A V1_0 function changes the ID token only. */
function tenantOf(version: Version, username: string) {
  const claim = { tenant_id: `tenant-of-${username}` }
  return { id: claim, access: version === 'V1_0' ? {} : claim }
}

function expectTenant({ byPassword, byCode }: SignIns, version: Version, username: string): void {
  for (const { id, access } of [byPassword, byCode]) {
    const found = { id: pick(id, 'tenant_id'), access: pick(access, 'tenant_id') }
    deepStrictEqual(found, tenantOf(version, username))
  }
}

/** Both tokens name the actor and the record, and have the owner's claim as in an ordinary sign-in. */
async function expectImpersonation(access: Access, version: Version): Promise<void> {
  const olivia = await signInOlivia(access)
  const { status, id, session } = await olivia.impersonate('alice')
  if (!session) throw new Error(`an impersonation got ${status} and no session`)
  const tokens = claimsOf(session)
  const ours = { act: { sub: olivia.sub }, impersonation_id: id }
  const tenant = tenantOf(version, 'alice')
  const names = ['tenant_id', 'act', 'impersonation_id']
  const found = { id: pick(tokens.id, ...names), access: pick(tokens.access, ...names) }
  deepStrictEqual(found, { id: { ...tenant.id, ...ours }, access: { ...tenant.access, ...ours } })
}

function pick(claims: Claims, ...names: string[]): Claims {
  return Object.fromEntries(names.flatMap((name) => (name in claims ? [[name, claims[name]]] : [])))
}

function withoutTenant({ byPassword, byCode }: SignIns): SignIns {
  const without = ({ id: { tenant_id: _, ...id }, access }: TokenPair): TokenPair => ({ id, access })
  return { byPassword: without(byPassword), byCode: without(byCode) }
}
