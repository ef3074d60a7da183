// The rule for the setting mayActAs: who may act as whom, by groups.

import { isObject, parseJson } from '../../lambda/json.ts'
import type { Rule } from './rules.ts'

/** Lambda allows 4 kB for all of a function's environment variables. */
const longest = 2_000

const groupPattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

export const mayActAsRule: Rule<Record<string, string[]>> = {
  must: `an object from at least one actors' group to a list of at least one group of subjects, or "*" for everyone; as JSON, at most ${longest} characters`,
  read(value) {
    const map = typeof value === 'string' ? parseJson(value) : value
    if (!isObject(map)) return undefined
    const groups = Object.entries(map)
    const fits =
      groups.length > 0 && groups.every(([group, subjects]) => isGroup(group) && group !== '*' && isGroupList(subjects))
    return fits && JSON.stringify(map).length <= longest ? (map as Record<string, string[]>) : undefined
  },
}

function isGroup(name: unknown): boolean {
  return typeof name === 'string' && groupPattern.test(name)
}

function isGroupList(names: unknown): boolean {
  return Array.isArray(names) && names.length > 0 && names.every(isGroup) && new Set(names).size === names.length
}
