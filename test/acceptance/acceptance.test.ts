// Acceptance tests against a deployment, or against the local run.

import { afterAll, beforeAll } from '@jest/globals'
import { bypass } from './bypass.ts'
import { type Client, createClient } from './client.ts'
import { life } from './life.ts'
import { refusals } from './refusals.ts'
import { session } from './session.ts'
import { openTarget, type Target } from './target.ts'

let target: Target
let client: Client

beforeAll(async () => {
  target = await openTarget()
  client = createClient(target)
})
afterAll(() => target?.close())

const deployment = () => ({ ...target, ...client })

session(deployment)
life(deployment)
refusals(deployment)
bypass(deployment)
