// The kinds of rule that a setting can have. Each takes a value as it is, or as the text that `-c name=value` gives.

export interface Rule<T> {
  /** Completes the sentence "it must be …". */
  must: string
  /** The value, or undefined where it breaks the rule. */
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

export function matching(must: string, pattern: RegExp): Rule<string> {
  return { must, read: (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined) }
}

/** Text is taken apart by comma, or as JSON. */
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
      const items = typeof value === 'string' ? itemsIn(value) : value
      const fits = Array.isArray(items) && items.every((item) => typeof item === 'string' && test(item))
      return fits && items.length >= least && new Set(items).size === items.length ? items : undefined
    },
  }
}

/** An object of exactly these fields; text is JSON. */
export function fields<T extends Record<string, unknown>>(inner: { [Name in keyof T]: Rule<T[Name]> }): Rule<T> {
  const names: (keyof T & string)[] = Object.keys(inner)
  return {
    must: `an object with ${names.map((name) => `${name}: ${inner[name].must}`).join('; ')}`,
    read(value) {
      const object: unknown = typeof value === 'string' ? json(value) : value
      if (typeof object !== 'object' || object === null) return undefined
      if (Object.keys(object).length !== names.length) return undefined
      const read = names.map((name) => [name, inner[name].read((object as T)[name])] as const)
      return read.every(([, field]) => field !== undefined) ? (Object.fromEntries(read) as T) : undefined
    },
  }
}

/** A rule, and one sentence that must be said to get what it does not allow. */
export function unlessAcknowledged<T>(words: string, meaning: NoInfer<T>, rule: Rule<T>): Rule<T> {
  return {
    must: `${rule.must}, or "${words}"`,
    read: (value) => (value === words ? meaning : rule.read(value)),
  }
}

function itemsIn(text: string): unknown {
  return text.trimStart().startsWith('[') ? json(text) : text.split(',').map((item) => item.trim())
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
