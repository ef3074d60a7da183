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
async function runApps(contexts: object[], nodeOptions: string[] = []) {
  const runs = contexts.map((context) => ({
    outdir: mkdtempSync(join(tmpdir(), 'cdk.out')),
    context: { 'aws:cdk:bundling-stacks': [], ...context },
  }))
  try {
    const app = spawn(process.execPath, [...nodeOptions, 'test/infra/run-apps.ts', JSON.stringify(runs)], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      // global-setup.ts switches the validation off.
      env: { ...process.env, CDK_VALIDATION: undefined },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [stderr] = await Promise.all([text(app.stderr), once(app, 'close')])
    const reports = runs.map(({ outdir }) => {
      const file = join(outdir, 'validation-report.json')
      const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined
      return report?.pluginReports ?? []
    })
    return { stderr, reports }
  } finally {
    for (const { outdir } of runs) rmSync(outdir, { recursive: true })
  }
}

async function runApp(context: object, nodeOptions?: string[]) {
  const { stderr, reports } = await runApps([context], nodeOptions)
  return { stderr, reports: reports[0] ?? [] }
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

  const cases: [string, object, string[]][] = [
    ['by default', {}, [...findings, ...ownPoolFindings, noAccessLog]],
    ['with every setting', settings, [...findings, ...ownPoolFindings, ...eventFindings]],
    ['on an existing pool', existingPool, [...findings, noAccessLog]],
    ['on an existing pool with every setting', settingsOnExistingPool, [...findings, ...eventFindings]],
  ]
  let ran: Awaited<ReturnType<typeof runApps>>
  beforeAll(async () => {
    ran = await runApps(cases.map(([, context]) => context))
  })

  test.each(cases)('have only acknowledged findings, each with a reason, %s', (name, _, acknowledged) => {
    expect(ran.stderr).toBe('')
    const reports = ran.reports[cases.findIndex(([other]) => other === name)]
    // CDK leaves the report of its validation out if it finds nothing.
    expect(reports).toMatchObject([{ pluginName: 'AwsSolutions', conclusion: 'success', violations: [] }])
    const report = reports?.[0]
    const found = report?.suppressedViolations.map(({ ruleName, acknowledgedAt, reason }) => {
      expect(reason).toMatch(/^[A-Z].{30,}\.$/)
      return `${ruleName.replace('AwsSolutions-', '')} at ${acknowledgedAt.replace('Impersonation/Impersonation/', '')}`
    })
    expect([...new Set(found)].sort()).toEqual([...acknowledged].sort())
  })
})

test('CDK’s validation finds an invalid resource', async () => {
  const { reports } = await runApp({}, ['--import', './test/infra/invalid-template.ts'])
  expect(reports).toContainEqual(expect.objectContaining({ pluginName: 'CloudFormation Validate' }))
})

test('a misspelt setting stops the app with an error that names the right one', async () => {
  expect((await runApp({ stackname: 'support' })).stderr).toContain('unknown setting stackname. Do you mean stackName?')
})

test('a setting that breaks its rule stops the app with an error that names the rule', async () => {
  expect((await runApp({ sessionMinutes: 4 })).stderr).toContain(
    'setting sessionMinutes is 4, but it must be a whole number from 5 to 1440',
  )
})
