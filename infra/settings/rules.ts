// The rules for settings. Each reads a value, or its text form from `-c name=value`.

import { parseJson } from '../../lambda/json.ts'

export interface Rule<T> {
  /** The rule in words. Error messages put it after "it must be". */
  must: string
  /** Returns undefined if the value breaks the rule. */
  read(value: unknown): T | undefined
}

export function wholeNumber(least: number, most: number): Rule<number> {
  return {
    must: `a whole number from ${least} to ${most}`,
    read(value) {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
      return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most
        ? number
        : undefined
    },
  }
}

export function oneOf<const T extends string | number | boolean>(...choices: T[]): Rule<T> {
  return {
    must: choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`,
    read: (value) => choices.find((choice) => value === choice || value === String(choice)),
  }
}

export function matching(must: string, pattern: { test(text: string): boolean }): Rule<string> {
  return { must, read: (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined) }
}

/** A list without duplicates. Its text form is JSON, or has commas between the items. */
export function list({
  must,
  test,
  least = 0,
}: {
  must: string
  test(item: string): boolean
  least?: number
}): Rule<string[]> {
  return {
    must: `a list of ${must}`,
    read(value) {
      const items = typeof value === 'string' ? splitList(value) : value
      const fits = Array.isArray(items) && items.every((item) => typeof item === 'string' && test(item))
      return fits && items.length >= least && new Set(items).size === items.length ? items : undefined
    },
  }
}

/** An object with exactly these fields. Its text form is JSON. */
export function fields<T extends Record<string, unknown>>(inner: { [Name in keyof T]: Rule<T[Name]> }): Rule<T> {
  const names: (keyof T & string)[] = Object.keys(inner)
  return {
    must: `an object with ${names.map((name) => `${name}: ${inner[name].must}`).join('; ')}`,
    read(value) {
      const object: unknown = typeof value === 'string' ? parseJson(value) : value
      if (typeof object !== 'object' || object === null) return undefined
      if (Object.keys(object).length !== names.length) return undefined
      const read = names.map((name) => [name, inner[name].read((object as T)[name])] as const)
      return read.every(([, field]) => field !== undefined) ? (Object.fromEntries(read) as T) : undefined
    },
  }
}

/** Accepts one more word. */
export function orWord<T, const Word extends string>(word: Word, rule: Rule<T>): Rule<T | Word> {
  return {
    must: `${rule.must}, or "${word}"`,
    read: (value) => (value === word ? word : rule.read(value)),
  }
}

/** Also accepts a sentence that acknowledges a risk, and reads it as `acknowledged`. */
export function unlessAcknowledged<T>(sentence: string, acknowledged: NoInfer<T>, rule: Rule<T>): Rule<T> {
  return {
    must: `${rule.must}, or "${sentence}"`,
    read: (value) => (value === sentence ? acknowledged : rule.read(value)),
  }
}

function splitList(text: string): unknown {
  return text.trimStart().startsWith('[') ? parseJson(text) : text.split(',').map((item) => item.trim())
}
