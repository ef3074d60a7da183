// The rule for the setting mayActAs: who may act as whom, by groups.

import { isObject, parseJson } from '../../lambda/json.ts'
import { isGroupName } from './group-names.ts'
import type { Rule } from './rules.ts'

/** Lambda allows 4 kB for all of a function's environment variables. */
const longest = 2_000

export const mayActAsRule: Rule<Record<string, string[]>> = {
  must: `an object from at least one actors' group to a list of at least one group of subjects, or "*" for everyone; names are matched exactly and contain no *; as JSON, at most ${longest} bytes`,
  read(value) {
    const map = typeof value === 'string' ? parseJson(value) : value
    if (!isObject(map)) return undefined
    const groups = Object.entries(map)
    const fits = groups.length > 0 && groups.every(([group, subjects]) => isGroupName(group) && isSubjectList(subjects))
    return fits && Buffer.byteLength(JSON.stringify(map)) <= longest ? (map as Record<string, string[]>) : undefined
  },
}

function isSubject(name: unknown): boolean {
  return name === '*' || (typeof name === 'string' && isGroupName(name))
}

function isSubjectList(names: unknown): boolean {
  return Array.isArray(names) && names.length > 0 && names.every(isSubject) && new Set(names).size === names.length
}
