// What documents quote from the code.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { help } from '../../../infra/local/command/options.ts'
import { readPeople } from '../../../infra/local/people/read-people.ts'

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

describe('local-run.md', () => {
  const document = read('infra/docs/local-run.md')
  const blocks = (language: string) =>
    [...document.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code]) => code ?? '')

  test.each([
    ['js', 'jest/support.test.js'],
    ['ts', 'vitest/support.spec.ts'],
  ])('has the whole example that test:package runs (%s)', (language, file) => {
    expect(blocks(language)).toEqual([read(`test/package/example/${file}`)])
  })

  test('has people that the local run accepts', () => {
    const [people = ''] = blocks('json')
    expect(readPeople(JSON.parse(people), 'local-run.md')).toHaveLength(4)
  })

  test('lists the options of the command, and the fields of a person', () => {
    const options = (text: string) => [...new Set(text.match(/--[a-z][a-z-]+/g))].sort()
    const command = document.split('\n## The command\n')[1]?.split('\n**It is ready**')[0] ?? ''
    expect(options(command)).toEqual(options(help).filter((name) => !['--context'].includes(name)))
    const fields = firstColumn('infra/docs/local-run.md', 'People')
    expect(() => readPeople([{ username: 'a', x: 1 }], '')).toThrow(`the fields are ${fields.join(', ')}`)
  })
})

describe('resource-servers.md', () => {
  test('has the whole example resource server', () => {
    const document = read('infra/docs/resource-servers.md')
    const blocks = [...document.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code)
    const files = ['verify.ts', 'middleware.ts', 'authorizer.ts'].map((file) =>
      read(`test/example/resource-server/${file}`)
        .replace(/^\/\/ .*\n\n/, '')
        .replace('../../../infra/live.ts', 'cognito-impersonation/live'),
    )
    expect(blocks).toEqual(files)
  })
})

test('events.md has the whole recipe', () => {
  const blocks = [...read('infra/docs/events.md').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code)
  expect(blocks).toEqual([read('test/example/mail-the-subject.ts').replace(/^\/\/ .*\n\n/, '')])
})

describe('front-end.md', () => {
  test('has the whole files that test:browser runs', () => {
    const document = read('infra/docs/front-end.md')
    const blocks = [...document.matchAll(/^```(?:ts|html)\n([\s\S]*?)^```/gm)].map(([, code]) => code)
    const files = [
      'impersonate.html',
      'impersonation.ts',
      'banner.ts',
      'impersonate.ts',
      'impersonate-fetch.ts',
      'verify.ts',
    ].map((file) => read(`test/browser/guide/${file}`).replace(/^\/\/ .*\n\n/, ''))
    expect(blocks).toEqual(files)
  })
})
