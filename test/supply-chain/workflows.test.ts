// The workflows: pinned actions, few permissions, no secrets.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { root } from '../support/commands.ts'

interface Step {
  uses?: string
  run?: string
  with?: Record<string, unknown>
}

interface Job {
  needs?: string
  environment?: string
  'runs-on': string
  permissions?: Record<string, string>
  steps: Step[]
}

interface Workflow {
  on: Record<string, unknown>
  permissions?: Record<string, string>
  jobs: Record<string, Job>
}

const paths = globSync('.github/workflows/*.{yml,yaml}', { cwd: root })
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const stepsOf = (path: string) => Object.values((parse(read(path)) as Workflow).jobs).flatMap(({ steps }) => steps)

describe.each(paths)('%s', (path) => {
  test('names each action by its commit, with its version in a comment', () => {
    const lines = read(path).match(/^.*\buses:.*$/gm) ?? []
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(/^ +- uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('has no secret', () => {
    expect(read(path)).not.toMatch(/secrets|NODE_AUTH_TOKEN|NPM_TOKEN/i)
  })

  test('leaves no credentials in the checked-out repository', () => {
    const checkouts = stepsOf(path).filter(({ uses }) => uses?.startsWith('actions/checkout'))
    expect(checkouts).not.toEqual([])
    for (const { with: inputs } of checkouts) expect(inputs).toMatchObject({ 'persist-credentials': false })
  })

  test('puts no expression into a command, where a name could run code', () => {
    expect(stepsOf(path).filter(({ run }) => run?.includes('${{'))).toEqual([])
  })

  test('may only read the repository, unless a job says otherwise', () => {
    const { permissions } = parse(read(path)) as Workflow
    expect([{}, { contents: 'read' }]).toContainEqual(permissions)
  })
})

test('all workflows use the same commit of an action', () => {
  const actions = new Set(paths.flatMap(stepsOf).flatMap(({ uses }) => uses ?? []))
  const names = [...actions].map((action) => action.split('@')[0])
  expect(names).toEqual([...new Set(names)])
})

describe('the release', () => {
  const { on, jobs } = parse(read('.github/workflows/release.yml')) as Workflow
  const commandsOf = (job: string) => jobs[job]?.steps.flatMap(({ run }) => run ?? []) ?? []

  test('starts only at a tag of a version', () => {
    expect(on).toEqual({ push: { tags: ['v*'] } })
  })

  test('checks branch, version and everything of CI before it packs', () => {
    expect(commandsOf('pack').map((command) => command.split(' ')[0])).toEqual(['git', 'node', '.ci/run', 'mkdir'])
    expect(commandsOf('pack').slice(0, 3)).toEqual([
      'git merge-base --is-ancestor "$GITHUB_SHA" origin/main',
      'node test/supply-chain/check-release.ts "$GITHUB_REF_NAME"',
      '.ci/run',
    ])
  })

  test('can get npm’s permission only in the job that publishes, which runs no code of the repository', () => {
    expect(Object.entries(jobs).map(([name, { permissions }]) => [name, permissions])).toEqual([
      ['pack', { contents: 'read' }],
      ['publish', { 'id-token': 'write' }],
    ])
    expect(jobs.publish).toMatchObject({ needs: 'pack', environment: 'npm', 'runs-on': 'ubuntu-latest' })
    expect(jobs.publish?.steps.filter(({ uses }) => uses?.startsWith('actions/checkout'))).toEqual([])
    expect(commandsOf('publish')).toEqual(['npm publish ./packed/*.tgz --ignore-scripts --provenance --access public'])
  })
})
