// An ordinary sign-in loads nothing but the handler itself, in a pool without triggers of its own.

import { expect, jest, test } from '@jest/globals'
import { handler } from '../../../lambda/triggers/handler.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const broken = () => {
  throw new Error('it was loaded')
}
jest.unstable_mockModule('../../../lambda/triggers/next/other-clients.ts', broken)
jest.unstable_mockModule('../../../lambda/triggers/impersonation-client.ts', broken)

test.each([undefined, ''])('works even if nothing else can be loaded, with NEXT_TRIGGERS %j', async (nextTriggers) => {
  process.env.IMPERSONATION_CLIENT_ID = 'ours'
  if (nextTriggers === undefined) delete process.env.NEXT_TRIGGERS
  else process.env.NEXT_TRIGGERS = nextTriggers
  const event = triggerEvent('TokenGeneration_Authentication', {}, 'theirs')
  expect(await handler(event)).toBe(event)
})
