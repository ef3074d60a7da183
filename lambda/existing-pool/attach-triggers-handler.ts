// Custom::UserPoolTriggers: attaches the triggers to an existing pool, and detaches them when the stack is deleted.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { type AttachmentConfig, readAttachmentConfig } from '../config.ts'
import { loggable } from '../loggable.ts'
import { type NextTriggers, nextArns, readNextTriggers } from '../next-triggers.ts'
import { type CustomResource, createHandler, goesBack, type Request } from './custom-resource.ts'
import { type Attachment, createPoolTriggers, type PoolTriggers } from './pool-triggers.ts'
import { namesItself } from './trigger-slots.ts'

type Properties = 'UserPoolId' | 'TriggersArn' | 'DeployedAt'

/**
 * Anyone with lambda:InvokeFunction can send a request. So the pool, our function and the owner's functions come from this
 * function's settings, and a request that names others is refused.
 */
export function createAttachTriggers(
  { attach, detach, sessionLimit }: PoolTriggers,
  config: AttachmentConfig,
  log: CustomResource<Properties>['log'] = console,
): CustomResource<Properties> {
  return {
    properties: ['UserPoolId', 'TriggersArn', 'DeployedAt'],
    identify,
    log,
    async work(request, signal) {
      const target = { ...config, signal }
      if (isRollback(request)) {
        // The cause of the failed update can still exist, and this function can still have the new settings.
        // A second failure would leave the stack in UPDATE_ROLLBACK_FAILED. The pool is as it was before the update.
        const logFailure = (error: unknown) =>
          log.error({ event: 'not-attached', UserPoolId: config.userPoolId, error: loggable(error) })
        try {
          assertNamesOwn(request, config)
          assertNextTriggers(request, config)
        } catch (error) {
          return logFailure(error)
        }
        return attach(target).catch((error) => {
          if (isRename(request)) throw error
          logFailure(error)
        })
      }
      if (request.type === 'Delete') {
        assertNamesOwn(request, config)
        return detach(target)
      }
      if (isMove(request)) {
        // The policies now cover only the new pool. The triggers could not be detached from the old pool, and nobody
        // could sign in there.
        throw new Error(
          'The user pool cannot be replaced by another in one deployment. Nothing was changed. First deploy with attachTriggers: false and the old pool, then with the new pool.',
        )
      }
      if (isRename(request)) {
        throw new Error(
          'The trigger function cannot be replaced by another in one deployment. The user pool was not changed. First deploy with attachTriggers=false, then without it.',
        )
      }
      assertNoneDropped(request, config.nextTriggers)
      assertNamesOwn(request, config)
      assertNextTriggers(request, config)
      await attach(target)
      await warnOfSessionLimit(target)
    },
  }

  /** Only a warning: the triggers are attached, and a limit is the owner's choice. */
  async function warnOfSessionLimit(target: Pick<Attachment, 'userPoolId' | 'signal'>): Promise<void> {
    const { userPoolId: UserPoolId } = target
    try {
      const MaxPerUser = await sessionLimit(target)
      if (MaxPerUser === undefined) return
      const consequence = 'An impersonation counts as a session of the subject, and can end the oldest one of them.'
      log.warn({ event: 'sessions-are-limited', UserPoolId, MaxPerUser, consequence })
    } catch (error) {
      log.warn({ event: 'session-limit-not-read', UserPoolId, error: loggable(error) })
    }
  }
}

function assertNamesOwn({ properties }: Request<Properties>, config: AttachmentConfig): void {
  const { UserPoolId, TriggersArn } = properties
  if (UserPoolId === config.userPoolId && TriggersArn === config.triggersArn) return
  throw new Error(
    `This function attaches only ${config.triggersArn} to ${config.userPoolId}, and the request names ${TriggersArn} and ${UserPoolId}. Nothing was changed.`,
  )
}

function assertNextTriggers({ properties: { NextTriggers } }: Request<Properties>, config: AttachmentConfig): void {
  const { nextTriggers, triggersArn } = config
  if (JSON.stringify(readNextTriggers(NextTriggers)) !== JSON.stringify(nextTriggers)) {
    throw new Error(
      `This function knows other nextTriggers than the request names: ${JSON.stringify(nextTriggers)}. Nothing was changed.`,
    )
  }
  if (namesItself(config)) {
    throw new Error(
      `nextTriggers names impersonation's own trigger function, ${triggersArn}, which would call itself. Nothing was changed. Name the functions that the pool had before.`,
    )
  }
  const place = placeOf(triggersArn)
  const elsewhere = nextArns(nextTriggers).filter(([, arn]) => placeOf(arn) !== place)
  if (elsewhere.length > 0) {
    const slots = elsewhere.map(([slot, arn]) => `${slot} is ${arn}`)
    throw new Error(
      `nextTriggers names functions outside of this account and region: ${slots.join('; ')}. Nothing was changed. Name functions of this account and region.`,
    )
  }
}

/** Partition, service, region and account. */
function placeOf(arn: string): string {
  return arn.split(':').slice(0, 5).join(':')
}

/** A setting left out by mistake must not end the owner's trigger. The old properties can only cause a refusal. */
function assertNoneDropped({ oldProperties }: Request<Properties>, next: NextTriggers): void {
  const kept = nextArns(next).map(([slot]) => slot)
  const dropped = nextArns(readNextTriggers(oldProperties.NextTriggers)).filter(([slot]) => !kept.includes(slot))
  if (dropped.length === 0) return
  const slots = dropped.map(([slot, arn]) => `${slot} (${arn})`)
  throw new Error(
    `nextTriggers no longer names the user pool's own functions in ${slots.join(', ')}. Without it, sign-ins would no longer run them. The user pool was not changed. Name them again. Or, to remove them for good, deploy with attachTriggers=false, which puts them back into the pool, remove them there, and deploy without attachTriggers=false.`,
  )
}

/** Whether an update names another pool than before. */
function isMove({ properties, oldProperties }: Request<Properties>): boolean {
  const { UserPoolId: oldPoolId = properties.UserPoolId } = oldProperties
  return oldPoolId !== properties.UserPoolId
}

/** Whether an update names another trigger function than before. */
function isRename({ properties, oldProperties }: Request<Properties>): boolean {
  const { TriggersArn: oldArn = properties.TriggersArn } = oldProperties
  return oldArn !== properties.TriggersArn
}

/** Whether CloudFormation rolls back an update: a refused move, or one with an earlier time than before. */
function isRollback(request: Request<Properties>): boolean {
  const { type, properties, physicalId } = request
  if (type === 'Update' && isMove(request)) return physicalId === identify(properties)
  return goesBack(request)
}

function identify({ UserPoolId }: Partial<Record<Properties, string>>): string {
  return `${UserPoolId}/triggers`
}

export const handler = createHandler(() =>
  createAttachTriggers(
    createPoolTriggers(new CognitoIdentityProviderClient({ maxAttempts: 1 })),
    readAttachmentConfig(process.env),
  ),
)
