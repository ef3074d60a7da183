import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { people as demoPeople } from '../../../../infra/local/demo/people.ts'
import { readPeople, readPeopleFile } from '../../../../infra/local/people/read-people.ts'

const folder = mkdtempSync(join(tmpdir(), 'people-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('readPeople', () => {
  test.each<[string, unknown]>([
    ['nobody', []],
    ['a username alone', [{ username: 'alice' }]],
    ['the demo people', JSON.parse(JSON.stringify(demoPeople))],
    [
      'every field',
      [
        {
          username: 'alice',
          password: 'Alice-Local-1!',
          attributes: { email: 'alice@example.com', 'custom:tenant': 'acme' },
          groups: ['tenant-acme'],
          enabled: true,
          status: 'CONFIRMED',
          note: 'a customer',
        },
      ],
    ],
    ['a federated person', [{ username: 'Okta_4711', status: 'EXTERNAL_PROVIDER' }]],
  ])('accepts %s', (_name, people) => {
    expect(readPeople(people, 'people.json')).toEqual(people)
  })

  test.each<[string, unknown, string]>([
    ['no list', { username: 'alice' }, 'people.json must be a list of people'],
    ['null', null, 'people.json must be a list of people'],
    ['a person who is no object', ['alice'], 'people.json: person 1 must be an object'],
    ['null for a person', [{ username: 'a' }, null], 'people.json: person 2 must be an object'],
    ['no username', [{ password: 'x' }], 'people.json: person 1: username is missing'],
    ['an undefined username', [{ username: undefined }], 'people.json: person 1: username is missing'],
    ['an empty username', [{ username: '' }], 'people.json: person 1: username must be 1 to 128 characters'],
    ['a blank in a username', [{ username: 'al ice' }], 'person 1 ("al ice"): username must be 1 to 128 characters'],
    ['a number for a username', [{ username: 7 }], 'person 1: username must be 1 to 128 characters'],
    [
      'an unknown field',
      [{ username: 'alice', pasword: 'x' }],
      'person 1 ("alice"): unknown field "pasword"; the fields',
    ],
    ['an inherited name', [{ username: 'alice', toString: 'x' }], 'person 1 ("alice"): unknown field "toString"'],
    ['an empty password', [{ username: 'alice', password: '' }], 'person 1 ("alice"): password must be a text'],
    ['attributes in a list', [{ username: 'alice', attributes: [] }], 'attributes must be an object of texts'],
    ['a boolean attribute', [{ username: 'a', attributes: { email_verified: true } }], 'attributes must be an object'],
    ['one group as text', [{ username: 'alice', groups: 'admins' }], 'groups must be a list of group names'],
    ['an empty group name', [{ username: 'alice', groups: [''] }], 'groups must be a list of group names'],
    ['text for enabled', [{ username: 'alice', enabled: 'no' }], 'enabled must be true or false'],
    ['an unknown status', [{ username: 'alice', status: 'disabled' }], 'status must be one of CONFIRMED, FORCE_'],
    ['a list for a note', [{ username: 'alice', note: [] }], 'note must be a text'],
    [
      'the same username twice',
      [{ username: 'alice' }, { username: 'alice' }],
      'people.json: person 2 ("alice"): username is taken by an earlier person',
    ],
    [
      'a password of a federated person',
      [{ username: 'Okta_1', password: 'x', status: 'EXTERNAL_PROVIDER' }],
      'person 1 ("Okta_1"): password must be left out with status EXTERNAL_PROVIDER',
    ],
    [
      'a federated person without a provider',
      [{ username: 'okta', status: 'EXTERNAL_PROVIDER' }],
      'person 1 ("okta"): username must be <provider>_<id>',
    ],
  ])('refuses %s, naming the person and the field', (_name, people, message) => {
    expect(() => readPeople(people, 'people.json')).toThrow(message)
  })

  test('does not repeat a password in an error', () => {
    const secret = ['hunter2']
    expect(() => readPeople([{ username: 'alice', password: secret }], 'people.json')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    )
  })
})

describe('readPeopleFile', () => {
  test('reads a file', () => {
    const file = join(folder, 'people.json')
    writeFileSync(file, '[{"username": "alice"}]')
    expect(readPeopleFile(file)).toEqual([{ username: 'alice' }])
  })

  test.each([
    ['that does not exist', undefined, ': no such file'],
    ['that is not JSON', '[{', ': '],
    ['with a bad person', '[{}]', ': person 1: username is missing'],
  ])('names the file %s', (_name, text, message) => {
    const file = join(mkdtempSync(join(folder, 'test-')), 'people.json')
    if (text !== undefined) writeFileSync(file, text)
    expect(() => readPeopleFile(file)).toThrow(file + message)
  })
})
