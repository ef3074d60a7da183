// The app that the CDK CLI runs: findings of cdk-nag (AwsSolutions), CDK's validation, and errors in settings.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { everySetting } from '../support/every-setting.ts'
import type { Run } from './run-apps.ts'

jest.setTimeout(120_000)

interface Report {
  pluginReports: {
    pluginName: string
    conclusion: string
    violations: unknown[]
    suppressedViolations: { ruleName: string; acknowledgedAt: string; reason: string }[]
  }[]
}

/** Runs the app like the CDK CLI, once for each context in one process, but bundles no functions. */
async function runApps(given: Omit<Run, 'outdir'>[]) {
  const runs = given.map((run) => ({
    ...run,
    outdir: mkdtempSync(join(tmpdir(), 'cdk.out')),
    context: { 'aws:cdk:bundling-stacks': [], ...run.context },
  }))
  try {
    const app = spawn(process.execPath, ['test/infra/run-apps.ts', JSON.stringify(runs)], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      // global-setup.ts switches the validation off.
      env: { ...process.env, CDK_VALIDATION: undefined },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [printed] = await Promise.all([text(app.stderr), once(app, 'close')])
    const stderr = printed.split('\f')
    return runs.map(({ outdir }, index) => {
      const file = join(outdir, 'validation-report.json')
      const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined
      return { stderr: stderr[index], reports: report?.pluginReports ?? [] }
    })
  } finally {
    for (const { outdir } of runs) rmSync(outdir, { recursive: true })
  }
}

const settings = {
  ...everySetting,
  eventBus: 'arn:aws:events:us-east-1:210987654321:event-bus/security',
}
const existingPool = { userPoolId: 'us-east-1_Abc123', protectedGroups: 'impersonators,impersonation-auditors,admins' }
const settingsOnExistingPool = {
  ...settings,
  ...existingPool,
  protectedGroups: 'impersonators,support-emea,impersonation-auditors,leads,admins',
  smsRoleArn: 'arn:aws:iam::123456789012:role/sms',
  requiredAttributes: 'email',
}
const contexts = {
  'by default': {},
  'with every setting': settings,
  'on an existing pool': existingPool,
  'on an existing pool with every setting': settingsOnExistingPool,
  misspelt: { stackname: 'support' },
  'out of range': { sessionMinutes: 4 },
}

let ran: Awaited<ReturnType<typeof runApps>>
beforeAll(async () => {
  ran = await runApps([...Object.values(contexts).map((context) => ({ context })), { context: {}, invalid: true }])
})
const runOf = (name: keyof typeof contexts) => ran[Object.keys(contexts).indexOf(name)]

describe('cdk-nag and CDK’s validation', () => {
  const ownPoolFindings = ['COG2 at UserPool', 'COG8 at UserPool']
  const noAccessLog = 'APIG1 at Api/DeploymentStage.v1'
  const parents = [
    '/',
    '/auth',
    '/auth/impersonate',
    '/auth/impersonations/{id}',
    '/auth/impersonations/{id}/approval',
    '/auth/introspect',
    '/auth/session',
  ]
  const notFoundPaths = [
    '/auth/impersonations',
    ...parents.flatMap((path) => [path, `${path === '/' ? '' : path}/{proxy+}`]),
  ]
  const routes = [
    'impersonate/POST',
    'impersonations/GET',
    'impersonations/POST',
    'impersonations/DELETE',
    'impersonations/{id}/GET',
    'impersonations/{id}/DELETE',
    'impersonations/{id}/approval/POST',
    'introspect/POST',
    'session/POST',
  ]
  const findings = [
    'APIG2 at Api',
    'APIG3 at Api/DeploymentStage.v1',
    'APIG6 at Api/DeploymentStage.v1',
    ...routes.flatMap((path) => ['APIG4', 'COG4'].map((rule) => `${rule} at Api/Default/auth/${path}`)),
    ...['impersonations/{id}', 'session'].map((path) => `APIG4 at Api/Default/auth/${path}/OPTIONS`),
    ...notFoundPaths.flatMap((path) =>
      ['APIG4', 'COG4'].map((rule) => `${rule} at Api/Default${path.replace(/\/$/, '')}/ANY`),
    ),
    ...['Endpoint', 'Oversight', 'Introspection'].map((path) => `IAM5[Resource::*] at ${path}/Role`),
  ]

  const eventFindings = ['IAM5[Resource::*] at Events/Role', 'SQS3 at EventsDeadLetters']

  test.each<[keyof typeof contexts, string[]]>([
    ['by default', [...findings, ...ownPoolFindings, noAccessLog]],
    ['with every setting', [...findings, ...ownPoolFindings, ...eventFindings]],
    ['on an existing pool', [...findings, noAccessLog]],
    ['on an existing pool with every setting', [...findings, ...eventFindings]],
  ])('have only acknowledged findings, each with a reason, %s', (name, acknowledged) => {
    const { stderr, reports } = runOf(name) ?? {}
    expect(stderr).toBe('')
    // CDK leaves the report of its validation out if it finds nothing.
    expect(reports).toMatchObject([{ pluginName: 'AwsSolutions', conclusion: 'success', violations: [] }])
    const report = reports?.[0]
    const found = report?.suppressedViolations.map(({ ruleName, acknowledgedAt, reason }) => {
      expect(reason).toMatch(/^[A-Z].{30,}\.$/)
      return `${ruleName.replace('AwsSolutions-', '')} at ${acknowledgedAt.replace('Impersonation/Impersonation/', '')}`
    })
    expect([...new Set(found)].sort()).toEqual([...acknowledged].sort())
  })

  test('find an invalid resource', () => {
    expect(ran.at(-1)?.reports).toContainEqual(expect.objectContaining({ pluginName: 'CloudFormation Validate' }))
  })
})

test('a misspelt setting stops the app with an error that names the right one', () => {
  const message = 'unknown setting stackname. Do you mean stackName?'
  expect(runOf('misspelt')).toEqual({ stderr: expect.stringContaining(message), reports: [] })
})

test('a setting that breaks its rule stops the app with an error that names the rule', () => {
  const message = 'setting sessionMinutes is 4, but it must be a whole number from 5 to 1440'
  expect(runOf('out of range')).toEqual({ stderr: expect.stringContaining(message), reports: [] })
})
