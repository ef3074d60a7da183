// construct.md, the construct's API page, agrees with the code.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { App, type Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import type { Construct } from 'constructs'
import type { Impersonation, ImpersonationProps } from '../../../infra/index.ts'
import * as exported from '../../../infra/index.ts'
import { type Setting, type Settings, settingsTable } from '../../../infra/settings/settings.ts'
import { ExistingPoolStack } from '../../example/existing-pool-stack.ts'
import { ShopStack } from '../../example/shop-stack.ts'
import { SupportStack } from '../../example/support-stack.ts'
import { root, run } from '../../support/commands.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const page = read('infra/docs/construct.md')
const source = read('infra/impersonation.ts')

/** The rows of the table below a heading, as cells. */
function rowsBelow(heading: string): string[][] {
  const [, section = ''] = page.split(new RegExp(`^#+ ${heading}$`, 'm'))
  const [table = ''] = section.split(/^#/m)
  const rows = table.split('\n').filter((line) => line.startsWith('| `'))
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  )
}

const code = (text: string) => `\`${text}\``

/** The documented properties of a part of the source: name, type and comment. */
function documented(part: string, declaration: RegExp): string[][] {
  const pattern = RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s+${declaration.source}`, 'g')
  return [...part.matchAll(pattern)].map(([, comment = '', name = '', type = '']) => [
    code(name),
    code(type),
    comment
      .replaceAll(/\n\s*\*/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  ])
}

describe('the settings', () => {
  const rows = rowsBelow('Settings')

  test('are all listed', () => {
    expect(rows.map(([name]) => name)).toEqual(Object.keys(settingsTable).map(code))
  })

  test.each(Object.entries<Setting<unknown>>(settingsTable))('have their default and rule: %s', (name, setting) => {
    const [, , defaultValue, rule] = rows.find(([cell]) => cell === code(name)) ?? []
    expect(rule).toBe(setting.rule.must)
    expect(defaultValue).toBe(defaultText(setting.default))
  })
})

function defaultText(value: Setting<unknown>['default']): string {
  if (typeof value === 'function') {
    const settings = {
      impersonatorsGroup: 'support',
      mayActAs: 'none',
      auditorsGroup: 'audit',
      approversGroup: '',
    } as const
    expect(value(settings)).toEqual(['support', 'audit', 'admins'])
    const mayActAs = { support: ['*'], sales: ['customers'] }
    expect(value({ ...settings, mayActAs, approversGroup: 'leads' })).toEqual([
      ...['support', 'sales', 'audit', 'leads', 'admins'],
    ])
    return "the actors' groups, `auditorsGroup`, `approversGroup` and `admins`"
  }
  const text = JSON.stringify(value)
  return ['""', '[]', '{}'].includes(text) ? '' : code(text)
}

describe('the other properties', () => {
  const [, type = ''] = source.split('export type ImpersonationProps')
  const [part = ''] = type.split('\n}\n')

  test('are all listed, with their comments', () => {
    const names = { userPool: true, actorClient: true, appClient: true } satisfies Record<
      Exclude<keyof ImpersonationProps, keyof Settings>,
      true
    >
    const rows = rowsBelow('User pool and app clients')
    expect(rows.map(([name]) => name)).toEqual(Object.keys(names).map(code))
    expect(rows).toEqual(documented(part, /(\w+)\?: (.+)/))
  })
})

describe('the members', () => {
  test('are all listed, with their comments', () => {
    const names = {
      settings: true,
      api: true,
      endpoint: true,
      oversight: true,
      introspection: true,
      triggers: true,
      records: true,
      userPool: true,
      actorClient: true,
      impersonationClient: true,
      accessLog: true,
      events: true,
      alarmTopic: true,
      url: true,
    } satisfies Record<Exclude<keyof Impersonation, keyof Construct>, true>
    const rows = rowsBelow('Members')
    const [, part = ''] = source.split('export class Impersonation ')
    expect(rows.map(([name]) => name)).toEqual(Object.keys(names).map(code))
    expect(rows).toEqual(documented(part, /(?:readonly|get) (\w+)(?:\(\))?: (.+?)(?= \{\n|\n)/))
  })
})

test('the exports are all listed', () => {
  const index = read('infra/index.ts').replaceAll(/^\/\/.*$/gm, '')
  const names = [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
    list.split(',').map((name) => name.trim().replace(/^type /, '')),
  )
  const listed = rowsBelow('Exports').map(([name = '']) => name.replaceAll('`', ''))
  expect(listed.toSorted()).toEqual(names.toSorted())
  expect(Object.keys(exported)).toEqual(['Impersonation', 'groupNotLookedUp', 'nobodyProtected'])
})

test('the warnings are all listed', () => {
  const code = ['infra/impersonation.ts', 'infra/user-pool/client-attributes.ts'].map(read).join('\n')
  const ids = [...code.matchAll(/'(cognito-impersonation:\w+)'/g)].map(([, id]) => id)
  const listed = rowsBelow('Warnings').map(([name = '']) => name.replaceAll('`', ''))
  expect(listed.toSorted()).toEqual(ids.toSorted())
})

test('the types are the compiler’s', async () => {
  const rows = rowsBelow('Settings').map(([name = '', type = '']) =>
    [name, type].map((cell) => cell.replaceAll('`', '')),
  )
  const checks = rows.map(([name, type]) => `  ${name}: ${type}`)
  const text = `import type { NextTriggersProps, SettingsProps } from '${root}infra/index.ts'
interface Page {
${checks.join('\n')}
}
type Faults = { [Name in keyof Page]: Same<Page[Name], NonNullable<SettingsProps[Name]>> extends true ? never : Name }[keyof Page]
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
const noFault: [Faults] extends [never] ? true : Faults = true
console.log(noFault)
`
  const folder = mkdtempSync(join(tmpdir(), 'construct-'))
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'page.ts'), text)
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.json'), include: [], files: ['page.ts'] }),
    )
    const tsc = join(root, 'node_modules/.bin/tsc')
    await run(tsc, ['--project', folder], { env: { PATH: process.env.PATH }, signal: AbortSignal.timeout(60_000) })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

describe('the examples', () => {
  const quotes = [...page.matchAll(/(?:<!-- (\S+) -->\n)?```ts\n([\s\S]*?)```/g)].map(([, path, quote = '']) => ({
    path,
    quote,
  }))

  test.each(quotes)('quote a file that the compiler checks: $path', ({ path, quote }) => {
    expect(path).toMatch(/^(test\/example|infra)\//)
    const file = read(path ?? '').replaceAll(/'(\.\.\/)+infra\/index\.ts'/g, "'cognito-impersonation'")
    expect(dedent(file)).toContain(dedent(quote))
  })

  test.each([SupportStack, ShopStack, ExistingPoolStack])('synthesize: %p', (Example) => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
    const stack: Stack = new Example(app, 'Example', { env: { region: 'us-east-1', account: '123456789012' } })
    expect(Object.keys(Template.fromStack(stack).findOutputs('ApiUrl'))).toHaveLength(1)
    expect(quotes.map(({ path }) => path)).toContain(fileOf(Example.name))
  })
})

const dedent = (text: string) => text.replaceAll(/^ +/gm, '').trim()

function fileOf(name: string): string {
  return `test/example/${name.replaceAll(/(?<=.)[A-Z]/g, '-$&').toLowerCase()}.ts`
}
