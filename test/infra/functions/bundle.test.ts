// The functions' bundles, as `cdk deploy` uploads them.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { synthesizeInto } from '../../../infra/local/cloudformation/assembly.ts'
import { closure } from '../../bench/sizes.ts'
import { sharedAssembly } from '../../support/assembly.ts'

let outdir: string
let bundles: string[]
beforeAll(async () => {
  // A deployment to an existing pool has all functions.
  outdir = await sharedAssembly({
    eventBus: 'security',
    userPoolId: 'us-east-1_Abc123',
    protectedGroups: 'impersonators,impersonation-auditors,admins',
  })
  bundles = readdirSync(outdir).filter((name) => name.startsWith('asset.'))
})

const entries = [
  'endpoint.mjs',
  'oversight.mjs',
  'introspection.mjs',
  'triggers.mjs',
  'events.mjs',
  'attach-triggers.mjs',
  'groups.mjs',
]

function directoryOf(entry: string): string {
  return join(outdir, bundles.find((name) => readdirSync(join(outdir, name)).includes(entry)) ?? '')
}

function read(entry: string, name = entry): string {
  return readFileSync(join(directoryOf(entry), name), 'utf8')
}

/** The contents of a bundle's files. */
function files(entry: string): string[] {
  return readdirSync(directoryOf(entry)).map((name) => read(entry, name))
}

/** A message of the library for patterns. Only the library contains it. */
const patternLibrary = 'error parsing regexp'

/** The URL path of Lambda's Invoke API. Only the client for Lambda contains it. */
const invokePath = '/2015-03-31/functions/'

/** The files that an impersonation loads in a pool without its own triggers. */
function loadedByImpersonation(): string[] {
  const directory = directoryOf('triggers.mjs')
  const entry = readdirSync(directory).find((name) => name.startsWith('impersonation-client')) ?? ''
  return [...closure(directory, entry)].map((name) => read('triggers.mjs', name))
}

const sizeOf = (entry: string) => Buffer.byteLength(files(entry).join(''))

/** The entry, and all files that it imports statically. */
const loadedWith = (entry: string) => [...closure(directoryOf(entry), entry)].map((name) => read(entry, name))

describe('bundles', () => {
  test('exist for each function', () => {
    expect(bundles).toHaveLength(7)
  })

  test.each(entries)('%s exports a handler and needs no require', (entry) => {
    expect(read(entry)).toMatch(/export\s*\{[^}]*\bhandler\b/)
    expect(read(entry)).not.toContain('Dynamic require')
  })

  test('load no AWS SDK at an ordinary sign-in', () => {
    const loaded = loadedWith('triggers.mjs')
    expect(loaded.join()).not.toContain('DynamoDB')
    expect(Buffer.byteLength(loaded.join())).toBeLessThan(4096)
    expect(read('triggers.mjs')).toMatch(/import\("\.\/[\w-]+\.mjs"\)/)
  })

  test('of introspection load the client for Cognito only at the first look-up', () => {
    const operation = 'AdminListGroupsForUser'
    expect(loadedWith('introspection.mjs').join()).not.toContain(operation)
    expect(files('introspection.mjs').filter((source) => source.includes(operation))).toHaveLength(1)
  })

  test('are small, since Node.js parses them at start-up', () => {
    expect(Buffer.byteLength(loadedWith('endpoint.mjs').join(''))).toBeLessThanOrEqual(290_000)
    expect(Buffer.byteLength(loadedWith('introspection.mjs').join(''))).toBeLessThanOrEqual(230_000)
    expect(Buffer.byteLength(loadedByImpersonation().join(''))).toBeLessThanOrEqual(210_000)
    expect(sizeOf('triggers.mjs')).toBeLessThanOrEqual(290_000)
    expect(Buffer.byteLength(loadedWith('events.mjs').join(''))).toBeLessThanOrEqual(170_000)
  })

  test('load the library for patterns only if a reason must match one', () => {
    expect(files('endpoint.mjs').filter((source) => source.includes(patternLibrary))).toHaveLength(1)
    expect(loadedWith('endpoint.mjs').join()).not.toContain(patternLibrary)
    for (const entry of ['oversight.mjs', 'introspection.mjs', 'triggers.mjs'])
      expect(files(entry).join()).not.toContain(patternLibrary)
  })

  test('load the client for Lambda only if the pool has its own triggers', () => {
    expect(files('triggers.mjs').filter((source) => source.includes(invokePath))).toHaveLength(1)
    expect([...loadedWith('triggers.mjs'), ...loadedByImpersonation()].join()).not.toContain(invokePath)
  })

  test('of events load the client for SQS only for a record without an event', () => {
    const operation = 'AmazonSQS'
    expect(loadedWith('events.mjs').join()).not.toContain(operation)
    expect(files('events.mjs').filter((source) => source.includes(operation))).toHaveLength(1)
  })

  test.each(['endpoint.mjs', 'introspection.mjs', 'triggers.mjs', 'events.mjs'])(
    '%s reads credentials only from the environment',
    (entry) => {
      expect(files(entry).join()).toContain('AWS_SESSION_TOKEN')
      expect(files(entry).join()).not.toContain('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI')
      expect(files(entry).join()).not.toContain('AssumeRoleWithWebIdentity')
    },
  )

  test.each(entries)('%s contains no memory for the AWS SDK’s endpoint discovery, which is off', (entry) => {
    expect(files(entry).join()).not.toContain('mnemonist')
  })

  test.each(entries)(
    '%s searches no configuration files, for which the AWS SDK would load node:fs/promises',
    (entry) => {
      expect(files(entry).join()).not.toContain('fs/promises')
    },
  )

  test.each(entries)('%s loads no streams of Node.js for files and the web', (entry) => {
    expect(files(entry).join()).not.toMatch(/\.ReadStream\b|typeof ReadableStream/)
  })

  test.each(entries)('%s imports no module of Node.js: that would call all its getters', (entry) => {
    expect(files(entry).join()).toContain('getBuiltinModule("node:http")')
    const imported = files(entry).flatMap((source) => [
      ...source.matchAll(/(?:from|import\(?)\s*"((?:node:)?[a-z][\w/]*)"/g),
    ])
    // The AWS SDK imports it only where Lambda runs several requests in one environment.
    expect(imported.map(([, name]) => name).filter((name) => name !== 'node:async_hooks')).toEqual([])
  })

  test('are identical for the same code, so CloudFormation does not update the functions', async () => {
    const again = mkdtempSync(join(tmpdir(), 'bundle-'))
    // Not a shared assembly: one process bundles a function only once.
    await synthesizeInto(again, {
      eventBus: 'audit',
      userPoolId: 'us-east-1_Abc123',
      protectedGroups: 'impersonators,impersonation-auditors,admins',
      sessionMinutes: 30,
    })
    const names = readdirSync(again).filter((name) => name.startsWith('asset.'))
    rmSync(again, { recursive: true })
    expect(names).toEqual(bundles)
  })
})
