// The product from outside, on whichever deployment it is pointed at.

import { afterAll, beforeAll } from '@jest/globals'
import { type Client, createClient } from './client.ts'
import { fromOutside } from './from-outside.ts'
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
refusals(deployment)
fromOutside(deployment)
