// The text of THIRD-PARTY-NOTICES: the packages in the bundles, with the texts of their licences.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BundledPackage } from './bundled-packages.ts'
import { standardTexts } from './licence-texts.ts'

/** @throws Error naming a package without a licence text */
export function noticesOf(packages: readonly BundledPackage[]): string {
  /** The packages under each text: many share one. */
  const sections = new Map<string, string[]>()
  for (const found of packages) {
    const text = textOf(found)
    sections.set(text, [...(sections.get(text) ?? []), `${found.name} ${found.version} (${found.license})`])
  }
  const parts = [...sections].map(([text, names]) => `${'-'.repeat(80)}\n${names.join('\n')}\n\n${text}\n`)
  return ['This package contains code of the packages below, under their licences.\n', ...parts].join('\n')
}

function textOf({ name, license, author, folder }: BundledPackage): string {
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
  if (texts.length > 0) return texts.join('\n\n')
  const standard = standardTexts[license]
  if (standard === undefined)
    throw new Error(`${name} has no licence file, and licence-texts.ts has no text for ${license}`)
  return `Copyright (c) ${author}\n\n${standard}`
}
