// RUNBOOK.md quotes the messages of failed deployments.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const fileAt = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const read = (path: string) => readFileSync(fileAt(path), 'utf8')

/** The cells in code font in the first column of the tables below a heading of level 2. */
function firstColumn(path: string, heading: string): string[] {
  const section = read(path).split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell = '']) => cell)
}

test('RUNBOOK.md quotes messages of the code that attaches to existing pools', () => {
  const code = globSync('lambda/existing-pool/*.ts', { cwd: fileAt('') })
    .map(read)
    .join('\n')
  const messages = firstColumn('infra/docs/RUNBOOK.md', 'Deploying to an existing pool fails')
  expect(messages).toHaveLength(15)
  expect(messages.filter((message) => !code.includes(message))).toEqual([])
})
