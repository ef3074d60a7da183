// Checks people that come from a file or from a caller in JavaScript.

import { readFileSync } from 'node:fs'
import { isObject, isStringMap } from '../cognito/input.ts'
import { type Person, statuses } from './person.ts'

interface Rule {
  accepts(value: unknown): boolean
  must: string
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
/** Cognito's pattern of usernames and group names: no blanks, no control characters. */
const isName = (value: unknown) => isText(value) && /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(value)

const rules: Record<keyof Person, Rule> = {
  username: { accepts: isName, must: '1 to 128 characters without blanks' },
  password: { accepts: isText, must: 'a text that is not empty' },
  attributes: { accepts: isStringMap, must: 'an object of texts, such as {"email_verified": "true"}' },
  groups: { accepts: (value) => Array.isArray(value) && value.every(isName), must: 'a list of group names' },
  enabled: { accepts: (value) => typeof value === 'boolean', must: 'true or false' },
  status: { accepts: (value) => statuses.some((status) => status === value), must: `one of ${statuses.join(', ')}` },
  note: { accepts: (value) => typeof value === 'string', must: 'a text' },
}

/** @throws Error naming the file, the person and the field */
export function readPeopleFile(path: string): Person[] {
  let people: unknown
  try {
    people = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(code === 'ENOENT' ? `${path}: no such file` : `${path}: ${message}`, { cause: error })
  }
  return readPeople(people, path)
}

/**
 * @param source where the people come from, for the error
 * @throws Error naming the source, the person and the field
 */
export function readPeople(people: unknown, source: string): Person[] {
  if (!Array.isArray(people)) throw new Error(`${source} must be a list of people, such as [{"username": "alice"}]`)
  const read = people.map((person: unknown, index) => readPerson(person, `${source}: ${nameOf(person, index)}`))
  for (const [index, { username }] of read.entries()) {
    if (read.findIndex((other) => other.username === username) < index) {
      throw new Error(`${source}: ${nameOf(read[index], index)}: username is taken by an earlier person`)
    }
  }
  return read
}

/** Names a person for an error, by position and username. */
export function nameOf(person: unknown, index: number): string {
  const name = isObject(person) && isText(person.username) ? ` (${JSON.stringify(person.username)})` : ''
  return `person ${index + 1}${name}`
}

function readPerson(person: unknown, name: string): Person {
  if (!isObject(person)) throw new Error(`${name} must be an object`)
  for (const [field, value] of Object.entries(person)) {
    if (!Object.hasOwn(rules, field)) {
      throw new Error(
        `${name}: unknown field ${JSON.stringify(field)}; the fields are ${Object.keys(rules).join(', ')}`,
      )
    }
    const { accepts, must } = rules[field as keyof Person]
    // The error must not repeat a password.
    if (value !== undefined && !accepts(value)) throw new Error(`${name}: ${field} must be ${must}`)
  }
  if (person.username === undefined) throw new Error(`${name}: username is missing`)
  assertFederated(person as unknown as Person, name)
  return person as unknown as Person
}

function assertFederated({ username, password, status }: Person, name: string): void {
  if (status !== 'EXTERNAL_PROVIDER') return
  if (password !== undefined) throw new Error(`${name}: password must be left out with status EXTERNAL_PROVIDER`)
  if (!/^[^_]+_./.test(username)) {
    throw new Error(`${name}: username must be <provider>_<id> with status EXTERNAL_PROVIDER`)
  }
}
