// The function on the stream of the records table. Connects it to the event bus and the dead-letter queue.

import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { readEventConfig } from '../config.ts'
import { sdkClientConfig } from '../sdk-client.ts'
import { createPut } from './bus.ts'
import { createPublish } from './publish.ts'

const { eventBus, deadLetterQueueUrl } = readEventConfig(process.env)
/** A batch has at most five requests to the bus: see infra/events/events.ts. */
const timeout = 5_000

export const handler = createPublish({
  put: createPut({ eventBridge: new EventBridgeClient(sdkClientConfig), eventBus, timeout }),
  async setAside(unreadable) {
    const { createSetAside } = await import('./dead-letters.ts')
    await createSetAside({ queueUrl: deadLetterQueueUrl, timeout })(unreadable)
  },
  log: console,
})
