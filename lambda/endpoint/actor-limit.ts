// Counts the impersonations that each actor asks for, and refuses those above the setting `actorLimit`.

import type { ActorLimit, EndpointConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import { timeToLive } from '../records-schema.ts'
import { createRecordsTable, type TableOptions, withoutItem } from '../records-table.ts'

/** In ms. Each divides a day, so windows start at whole minutes, hours and days of UTC. */
const lengths: Record<ActorLimit['period'], number> = { MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000 }

export type CountActor = ReturnType<typeof createCountActor>

/**
 * The counter is an item of the records table, one for each actor and window. It is not in an index, and its id is not a UUID,
 * so no route can name it. If the SDK retries after a lost response, one request counts twice.
 */
export function createCountActor(
  options: TableOptions & { config: Pick<EndpointConfig, 'actorLimit'>; now: () => number },
) {
  const { config, now } = options
  const { actorLimit } = config
  const table = createRecordsTable(options)

  /**
   * Counts one impersonation. Makes no call without the setting.
   * @throws ImpersonationError ActorLimit if the limit is reached, Unavailable if DynamoDB fails.
   */
  return async function countActor(actorSub: string): Promise<void> {
    if (actorLimit === 'none') return
    const { limit, period } = actorLimit
    const time = now()
    const end = time - (time % lengths[period]) + lengths[period]
    const expiresAt = end / 1000
    const counter = await table.update(
      `actor#${actorSub}#${period}#${expiresAt}`,
      {
        change: `SET #${timeToLive} = :expiresAt ADD #count :one`,
        condition: 'attribute_not_exists(#count) OR #count < :limit',
        returns: 'UPDATED_NEW',
      },
      { ':expiresAt': expiresAt, ':one': 1, ':limit': limit },
    )
    if (!counter)
      throw Object.assign(new ImpersonationError('ActorLimit'), { retryAfter: Math.ceil((end - time) / 1000) })
    if (!Number.isSafeInteger(counter.count)) throw withoutItem()
  }
}
