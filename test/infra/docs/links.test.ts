// The links between the documents, and the paths that they name.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const documents = globSync(['README.md', 'infra/docs/*.md', '.github/**/*.md'], { cwd: root })
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** The anchors that GitHub gives a document's headings. */
function anchorsIn(path: string): string[] {
  const headings = read(path)
    .replaceAll(/^```.*?^```/gms, '')
    .matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function isBroken(from: string, link: string): boolean {
  const [target = '', anchor] = link.split('#')
  const path = target ? join(dirname(from), target) : from
  return !existsSync(join(root, path)) || (anchor !== undefined && !anchorsIn(path).includes(anchor))
}

describe('documents', () => {
  test.each(documents)('%s links to files and headings that exist', (path) => {
    const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const relative = links.filter((link) => !/^https?:/.test(link))
    expect(relative.filter((link) => isBroken(path, link))).toEqual([])
  })

  test.each(documents)('%s names paths that exist', (path) => {
    const paths = [...read(path).matchAll(/`((?:lambda|infra|test|\.ci|\.github)\/[^`\s]*)`/g)].map(
      ([, name = '']) => name,
    )
    expect(paths.filter((name) => !existsSync(join(root, name)))).toEqual([])
  })
})

test('isBroken finds links to missing headings and missing files', () => {
  expect(isBroken('README.md', 'infra/docs/RUNBOOK.md#alarms')).toBe(false)
  expect(isBroken('README.md', 'infra/docs/RUNBOOK.md#no-such-heading')).toBe(true)
  expect(isBroken('README.md', 'RUNBOOK.md')).toBe(true)
})
