// Compares the version of package.json with the changelog and, at a release, with the tag.

export interface Release {
  /** The text of CHANGELOG.md. */
  changelog: string
  /** The version in package.json. */
  version: string
  /** The versions in package-lock.json. */
  lockedVersions: readonly (string | undefined)[]
  /** The tag that starts the release. */
  tag?: string | undefined
}

interface Section {
  heading: string
  /** Undefined: unreleased. */
  version?: string
  date?: string
  isEmpty: boolean
}

const released = /^\[((?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2})\] - (\d{4}-\d{2}-\d{2})$/

/** @returns what must be corrected; empty if everything agrees */
export function releaseFaults({ changelog, version, lockedVersions, tag }: Release): string[] {
  const [first, ...older] = readSections(changelog)
  const unreleased = first?.heading === '[Unreleased]' ? first : undefined
  const versions = (unreleased || !first ? older : [first, ...older]) as Section[]
  const newest = versions[0]?.version
  const faults: Record<string, boolean> = {
    'CHANGELOG.md has no released version': newest === undefined,
    [`package.json has version ${version}, and the newest version in CHANGELOG.md is ${newest}`]: version !== newest,
    [`package-lock.json has another version than ${version}: run npm install`]: lockedVersions.some(
      (locked) => locked !== version,
    ),
    [`the tag is ${tag}, but package.json needs v${version}`]: tag !== undefined && tag !== `v${version}`,
    'CHANGELOG.md has entries under [Unreleased]: move them to the version':
      tag !== undefined && !!unreleased && !unreleased.isEmpty,
  }
  return [
    ...versions.flatMap(({ heading, version, date }) =>
      version !== undefined && isDate(date) ? [] : [`CHANGELOG.md: "${heading}" is not "[1.2.3] - 2026-01-31"`],
    ),
    ...versions.flatMap((section, index) => {
      const next = versions[index + 1]
      return !next || isNewer(section, next)
        ? []
        : [`CHANGELOG.md: ${section.heading} is not newer than ${next.heading}`]
    }),
    ...versions.filter(({ isEmpty }) => isEmpty).map(({ heading }) => `CHANGELOG.md: ${heading} has no entry`),
    ...Object.entries(faults).flatMap(([fault, found]) => (found ? [fault] : [])),
  ]
}

function readSections(changelog: string): Section[] {
  const [, ...sections] = changelog.split(/^## /m)
  return sections.map((section) => {
    const [heading = '', ...lines] = section.split('\n')
    const [, version, date] = released.exec(heading) ?? []
    const isEmpty = !lines.some((line) => line.startsWith('- '))
    return { heading, isEmpty, ...(version !== undefined && date !== undefined && { version, date }) }
  })
}

function isDate(date: string | undefined): boolean {
  const time = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(`${date}`)
}

/** A later version, at the same date or a later one. */
function isNewer(section: Section, than: Section): boolean {
  const [one, other] = [section, than].map(({ version = '' }) => version.split('.').map(Number))
  const index = [0, 1, 2].find((part) => one?.[part] !== other?.[part])
  return index !== undefined && (one?.[index] ?? 0) > (other?.[index] ?? 0) && (section.date ?? '') >= (than.date ?? '')
}
