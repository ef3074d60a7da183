import { expect, test } from '@jest/globals'
import { synthesize } from '../../infra/synthesize.ts'

/** The template, without bundling. */
function templateFor(options: { context?: object; defaults?: Record<string, unknown> }): string {
  const context = { 'aws:cdk:bundling-stacks': [], ...options.context }
  return JSON.stringify(synthesize({ ...options, context }).stacks[0]?.template)
}

test('a default applies where neither cdk.json nor the context has a value', () => {
  const defaults = { appOrigins: 'http://127.0.0.1:3002' }
  expect(templateFor({ defaults })).toContain('127.0.0.1:3002')
  const template = templateFor({ defaults, context: { appOrigins: 'http://127.0.0.1:5173' } })
  expect(template).toContain('127.0.0.1:5173')
  expect(template).not.toContain('127.0.0.1:3002')

  const unchanged = templateFor({})
  const inCdkJson = { '@aws-cdk/aws-iam:minimizePolicies': false }
  expect(templateFor({ context: inCdkJson })).not.toBe(unchanged)
  expect(templateFor({ defaults: inCdkJson })).toBe(unchanged)
})
