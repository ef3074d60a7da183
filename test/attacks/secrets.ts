// Nothing secret in a log: what the functions printed is searched for everything secret that went through Cognito.

import { expect, test } from '@jest/globals'
import { CognitoError, LostAnswer } from '../../infra/local/cognito/server.ts'
import { passwords } from '../acceptance/people.ts'
import type { Intercept } from '../support/deployment.ts'
import { quoting } from '../support/faults.ts'
import { noteSecrets } from '../support/secrets.ts'
import type { Deployment } from './insider.ts'

interface Tap {
  secrets: Set<string>
  /** Which operation fails next, and how. */
  fault?: { operation: string; how: 'refused' | 'broken' | 'quoting' | 'lost' | 'empty' } | undefined
  intercept: Intercept
}

/** Notes what is secret, and fails the operation that `fault` names. */
export function createTap(): Tap {
  const secrets = new Set<string>(Object.values(passwords))
  const tap: Tap = { secrets, intercept }

  async function intercept(...[operation, fields, go]: Parameters<Intercept>): Promise<object> {
    noteSecrets(fields, secrets)
    const answer = await go()
    noteSecrets(answer, secrets)
    const how = tap.fault?.operation === operation ? tap.fault.how : undefined
    if (how === 'refused') throw new CognitoError('NotAuthorizedException', 'no')
    if (how === 'broken') throw new CognitoError('InternalErrorException', 'broken')
    if (how === 'quoting') throw new CognitoError('InvalidParameterException', quoting(fields, answer))
    if (how === 'lost') throw new LostAnswer()
    return how === 'empty' ? {} : answer
  }
  return tap
}

/** Comes after all that is to be searched. */
export function secrets(deployment: () => Deployment, tap: Tap) {
  test('no fault makes the functions print a secret', async () => {
    const { impersonate, basic, olivia } = deployment()
    const operations = ['AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminRespondToAuthChallenge']
    for (const operation of operations) {
      for (const how of ['refused', 'broken', 'quoting', 'lost', 'empty'] as const) {
        tap.fault = { operation, how }
        for (const authorization of [olivia, basic('olivia')]) {
          expect((await impersonate('alice', authorization)).status).toBeGreaterThan(400)
        }
      }
    }
    tap.fault = undefined
  })

  test('of all that was secret in these runs, nothing is in a log', async () => {
    const { log, apiKey, olivia, basic } = deployment()
    const printed = JSON.stringify(log)
    const secrets = [...tap.secrets, apiKey, olivia, basic('olivia'), basic('olivia').slice(6)]
    expect(secrets.filter((secret) => printed.includes(secret))).toEqual([])
    // A third of a token would be too much.
    expect(printed).not.toMatch(/eyJ[\w-]{20}/)
    process.stdout.write(`${log.length} lines searched for ${secrets.length} secrets\n`)
    expect(secrets.length).toBeGreaterThan(200)
  })
}
