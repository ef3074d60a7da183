// Attacks on the local run, which uses the bundles that `cdk deploy` uploads.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from '@jest/globals'
import { synthesizeInto } from '../../infra/local/cloudformation/assembly.ts'
import { bypass } from '../acceptance/bypass.ts'
import { refusals } from '../acceptance/refusals.ts'
import { session } from '../acceptance/session.ts'
import { startDeployment } from '../support/deployment.ts'
import type { Deployment } from './insider.ts'
import { load } from './load.ts'
import { mint } from './mint.ts'
import { requests } from './requests.ts'
import { createTap, secrets } from './secrets.ts'

const assembly = mkdtempSync(join(tmpdir(), 'attacks-'))
const tap = createTap()
let deployment: Deployment
beforeAll(async () => {
  await synthesizeInto(assembly, {
    throttle: { rate: 10_000, burst: 5_000 },
    stageThrottle: { rate: 10_000, burst: 5_000 },
    quota: { limit: 1_000_000, period: 'DAY' },
  })
  deployment = await startDeployment({ assembly, intercept: tap.intercept })
})
afterAll(async () => {
  await deployment?.close()
  rmSync(assembly, { recursive: true, force: true })
})

// Runs the acceptance cases first, so that `secrets` searches their logs too.
session(() => deployment)
refusals(() => deployment)
bypass(() => deployment)

requests(() => deployment)
mint(() => deployment, 40 * Number(process.env.RUNS ?? 1))
load(() => deployment, process.env.RUNS !== undefined)
secrets(() => deployment, tap)
