// The version, the changelog and the tag of a release agree.

import { describe, expect, test } from '@jest/globals'
import { readRelease } from './read-release.ts'
import { releaseFaults } from './release.ts'

test('package.json, package-lock.json and CHANGELOG.md of this repository agree', () => {
  expect(releaseFaults(readRelease())).toEqual([])
})

const changelog = `# Changelog

Words.

## [Unreleased]

## [1.10.0] - 2026-02-28

### Added

- More.

## [1.9.3] - 2026-02-28

- A fix.

## [0.1.0] - 2024-02-29

- All.
`
const good = { changelog, version: '1.10.0', lockedVersions: ['1.10.0', '1.10.0'], tag: 'v1.10.0' }
const withText = (from: string, to: string) => ({ ...good, changelog: changelog.replace(from, to) })

describe('a release', () => {
  test.each([
    ['with an empty section of unreleased changes', good],
    ['without that section', withText('## [Unreleased]\n', '')],
  ])('passes %s', (_, release) => {
    expect(releaseFaults(release)).toEqual([])
  })

  test('may have unreleased entries before it is tagged', () => {
    const release = withText('## [Unreleased]\n', '## [Unreleased]\n\n- New.\n')
    expect(releaseFaults({ ...release, tag: undefined })).toEqual([])
    expect(releaseFaults(release)).toEqual(['CHANGELOG.md has entries under [Unreleased]: move them to the version'])
  })

  test.each([
    [
      'another version in package.json',
      { ...good, version: '1.10.1', lockedVersions: ['1.10.1'], tag: 'v1.10.1' },
      'newest version',
    ],
    ['another version in package-lock.json', { ...good, lockedVersions: ['1.10.0', '1.9.3'] }, 'package-lock.json'],
    ['a lock without a version', { ...good, lockedVersions: [undefined] }, 'package-lock.json'],
    ['another tag', { ...good, tag: 'v1.9.3' }, 'the tag is v1.9.3'],
    ['a tag without v', { ...good, tag: '1.10.0' }, 'the tag is 1.10.0'],
    ['an empty tag', { ...good, tag: '' }, 'the tag is '],
    ['no version in the changelog', { ...good, changelog: '# Changelog\n\n## [Unreleased]\n' }, 'no released version'],
    ['no date', withText(' - 2024-02-29', ''), '"[0.1.0]" is not'],
    ['a date that is no day', withText('2024-02-29', '2023-02-29'), '2023-02-29" is not'],
    ['a date in another form', withText('2024-02-29', '29.02.2024'), '29.02.2024" is not'],
    ['a version with a leading zero', withText('[0.1.0]', '[0.01.0]'), '[0.01.0]'],
    ['a version of two numbers', withText('[0.1.0]', '[0.1]'), '[0.1]'],
    ['a pre-release', withText('[0.1.0]', '[0.1.0-beta.1]'), '[0.1.0-beta.1]'],
    ['a version without brackets', withText('[0.1.0]', '0.1.0'), '"0.1.0 - 2024-02-29" is not'],
    ['unreleased changes below a version', withText('[0.1.0] - 2024-02-29', '[Unreleased]'), '"[Unreleased]" is not'],
    ['the same version twice', withText('[1.9.3]', '[1.10.0]'), 'is not newer than [1.10.0]'],
    ['versions in the wrong order', withText('[1.9.3]', '[1.11.0]'), 'is not newer than [1.11.0]'],
    ['dates in the wrong order', withText('[1.9.3] - 2026-02-28', '[1.9.3] - 2026-03-01'), 'is not newer than [1.9.3]'],
    ['a version without an entry', withText('- A fix.', ''), 'has no entry'],
  ])('is refused with %s', (_, release, fault) => {
    expect(releaseFaults(release).join('\n')).toContain(fault)
  })
})
