// The files of the npm package, the packages bundled in it, and package.json as its users see it.

import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type BundledPackage, bundledPackages } from '../../infra/build/bundled-packages.ts'
import { buildFunctions } from '../../infra/build/functions.ts'
import { bundleLocal } from '../../infra/build/local.ts'
import { entries } from '../../infra/functions/bundle-options.ts'
import { root } from '../support/commands.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const manifest = JSON.parse(read('package.json'))
const peers = ['aws-cdk-lib', 'constructs']

let paths: string[]
beforeAll(() => {
  // Also builds dist/. With the .npmrc of this repository, npm would skip that.
  const printed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts=false'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(printed.slice(printed.indexOf('[\n')))
  paths = files.map(({ path }) => path)
})

/** The modules that a file imports or requires by a constant name. Minified code has similar texts with other characters. */
function importsOf(path: string): string[] {
  const found = read(path).matchAll(
    /(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*"([@\w./:-]+)"|\bfrom '([@\w./:-]+)'/g,
  )
  return [...found].map(([, double, single]) => double ?? single ?? '')
}

const packageOf = (name: string) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name
const isBuiltIn = (name: string) => builtinModules.includes(name.replace('node:', ''))

describe('the package contains', () => {
  test('no file but these', () => {
    const expected = [
      /^(LICENSE|README\.md|package\.json|\.github\/SECURITY\.md)$/,
      /^infra\/docs\/([\w-]+\.md|openapi\.yaml|demo\.png)$/,
      /^dist\/(package\.json|index\.js|live\.js|cdk\.json|THIRD-PARTY-NOTICES)$/,
      /^dist\/local\/((index|bin|assembly-worker|function-worker)\.js|openapi\.json)$/,
      /^dist\/local\/demo\/(back-office|shop|site)\/[\w-]+\.(html|js|css)$/,
      /^dist\/local\/swagger-ui\/swagger-ui(\.css|-bundle\.js|-bundle\.js\.LICENSE\.txt)$/,
      new RegExp(`^dist/bundles/(${Object.keys(entries).join('|')})/[\\w-]+\\.mjs$`),
      /^dist\/types\/(infra|lambda)\/([\w-]+\/)*[\w-]+\.d\.ts$/,
    ]
    expect(paths.filter((path) => !expected.some((pattern) => pattern.test(path)))).toEqual([])
  })

  test('every file that package.json names', () => {
    const named = [
      manifest.main,
      manifest.types,
      ...Object.values(manifest.bin ?? {}),
      ...Object.values<string | object>(manifest.exports).flatMap((target) =>
        Object.values(Object(target).types ? target : [target]),
      ),
    ]
    for (const file of named) expect(paths).toContain(posix.normalize(file))
  })

  test('a bundle of each function', () => {
    for (const entry of Object.keys(entries)) expect(paths).toContain(`dist/bundles/${entry}/${entry}.mjs`)
  })

  test('no reference to a source map', () => {
    const code = paths.filter((path) => /\.(js|mjs|ts|css)$/.test(path))
    expect(code.filter((path) => /[#@] sourceMappingURL=/.test(read(path)))).toEqual([])
  })

  test('code that needs only the peer dependencies and Node.js', () => {
    const needed = paths
      .filter((path) => path.endsWith('.js') && !path.includes('/swagger-ui/'))
      .flatMap(importsOf)
      .filter((name) => !name.startsWith('.') && !isBuiltIn(name))
    expect([...new Set(needed.map(packageOf))].sort()).toEqual(peers)
  })

  test('a check for resource servers that needs nothing, and is small', () => {
    expect(importsOf('dist/live.js')).toEqual([])
    expect(statSync(join(root, 'dist/live.js')).size).toBeLessThan(10_000)
  })

  test('bundles that need only Node.js', () => {
    const needed = paths.filter((path) => path.endsWith('.mjs')).flatMap(importsOf)
    // The AWS SDK needs bowser only in browsers.
    expect(needed.filter((name) => !/^(node:|\.\/)/.test(name) && !isBuiltIn(name) && name !== 'bowser')).toEqual([])
  })

  test('declarations that need only each other and the peer dependencies', () => {
    for (const path of paths.filter((file) => file.endsWith('.d.ts'))) {
      for (const name of importsOf(path)) {
        if (name.startsWith('.')) expect(paths).toContain(posix.join(dirname(path), name.replace(/\.js$/, '.d.ts')))
        else expect([...peers, 'node:']).toContain(name.startsWith('node:') ? 'node:' : packageOf(name))
      }
    }
  })

  test('every page that README.md links to, except those about the repository', () => {
    const links = [...read('README.md').matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link]) => link ?? '')
    const others = links.filter((link) => !paths.includes(link))
    expect(others.filter((link) => !/^(test\/|\.github\/CONTRIBUTING\.md$)/.test(link))).toEqual([])
  })
})

describe('the packages in the bundles', () => {
  let packages: BundledPackage[]
  beforeAll(async () => {
    packages = bundledPackages([...(await buildFunctions(undefined)), ...(await bundleLocal(undefined))])
  })

  test('have a permissive licence and the version of the lock file', () => {
    const { packages: locked }: { packages: Record<string, { version?: string }> } = JSON.parse(
      read('package-lock.json'),
    )
    const versions = new Set(
      Object.entries(locked).map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`),
    )
    expect(packages.length).toBeGreaterThan(5)
    for (const { name, version, license } of packages) {
      expect(['Apache-2.0', 'MIT', 'MIT-0', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC']).toContain(license)
      expect(versions).toContain(`${name}@${version}`)
    }
  })

  test('have their licence texts in the package', () => {
    const notices = read('dist/THIRD-PARTY-NOTICES')
    for (const { name, version, license } of packages) {
      expect(notices).toContain(`\n${name} ${version} (${license})\n`)
    }
    for (const section of notices.split(/^-{80}$/m).slice(1)) {
      expect(section).toMatch(/WITHOUT WARRANTIES|WITHOUT WARRANTY|AS IS/i)
    }
  })
})

describe('package.json', () => {
  test('makes its users install the peer dependencies only', () => {
    expect(manifest.dependencies ?? {}).toEqual({})
    expect(manifest.optionalDependencies ?? {}).toEqual({})
    expect(Object.keys(manifest.peerDependencies).sort()).toEqual(peers)
  })

  test('can be published, and names no address', () => {
    for (const field of ['private', 'repository', 'homepage', 'bugs']) expect(manifest).not.toHaveProperty(field)
    expect(manifest.license).toBe('Apache-2.0')
    expect(manifest.keywords).toEqual(expect.arrayContaining(['cdk', 'aws-cdk', 'cognito', 'impersonation']))
    expect(manifest.scripts.prepack).toBe('npm run build')
  })

  test('runs nothing when it is installed', () => {
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(manifest.scripts).not.toHaveProperty(name)
  })
})
