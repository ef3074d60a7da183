// The client that the demo's servers use is the one that openapi.yaml makes.

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { root } from '../../../support/commands.ts'

const checkedIn = 'infra/local/demo/generated/impersonation-api.ts'

test('`npm run generate:client` would change nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'client-'))
  try {
    const client = join(folder, 'impersonation-api.ts')
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const command = String(scripts['generate:client']).replace(checkedIn, client)
    const PATH = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`
    await promisify(execFile)('sh', ['-c', command], { cwd: root, env: { ...process.env, PATH } })
    const generated = readFileSync(join(root, checkedIn), 'utf8')
    expect(generated).toBe(readFileSync(client, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
