// Searches the functions' logs for all secrets that Cognito received or returned.

import { expect, test } from '@jest/globals'
import { CognitoError, LostAnswer } from '../../infra/local/cognito/server.ts'
import { passwords } from '../acceptance/people.ts'
import type { Intercept } from '../support/deployment.ts'
import { quoting } from '../support/faults.ts'
import { collectSecrets, secretsIn } from '../support/secrets.ts'
import type { Deployment } from './insider.ts'

interface Tap {
  secrets: Set<string>
  /** The operation that fails, and how. */
  fault?: { operation: string; how: 'refused' | 'broken' | 'quoting' | 'lost' | 'empty' } | undefined
  intercept: Intercept
}

/** Collects secrets and makes the operation named by `fault` fail. */
export function createTap(): Tap {
  const secrets = new Set<string>(Object.values(passwords))
  const tap: Tap = { secrets, intercept }

  async function intercept(...[operation, fields, go]: Parameters<Intercept>): Promise<object> {
    collectSecrets(fields, secrets)
    const answer = await go()
    collectSecrets(answer, secrets)
    const how = tap.fault?.operation === operation ? tap.fault.how : undefined
    if (how === 'refused') throw new CognitoError('NotAuthorizedException', 'no')
    if (how === 'broken') throw new CognitoError('InternalErrorException', 'broken')
    if (how === 'quoting') throw new CognitoError('InvalidParameterException', quoting(fields, answer))
    if (how === 'lost') throw new LostAnswer()
    return how === 'empty' ? {} : answer
  }
  return tap
}

/** Must run last: it searches the logs of all tests before it. */
export function secrets(deployment: () => Deployment, tap: Tap) {
  test('each fault of Cognito makes the request fail', async () => {
    const { impersonate, prepare, redeem, basic, olivia } = deployment()
    const operations = ['AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminRespondToAuthChallenge']
    for (const operation of operations) {
      for (const how of ['refused', 'broken', 'quoting', 'lost', 'empty'] as const) {
        tap.fault = undefined
        const { body } = await prepare('alice', olivia)
        tap.secrets.add(String(body.ticket).slice(37))
        tap.fault = { operation, how }
        expect((await redeem(body.ticket)).status).toBeGreaterThan(400)
        for (const authorization of [olivia, basic('olivia')]) {
          expect((await impersonate('alice', authorization)).status).toBeGreaterThan(400)
        }
      }
    }
    tap.fault = undefined
  })

  test('no log contains a secret of these tests', async () => {
    const { log, apiKey, olivia, basic } = deployment()
    const printed = JSON.stringify(log)
    const secrets = [...tap.secrets, apiKey, olivia, basic('olivia'), basic('olivia').slice(6)]
    expect(secretsIn(printed, secrets)).toEqual([])
    // Parts of a token are secret too.
    expect(printed).not.toMatch(/eyJ[\w-]{20}/)
    process.stdout.write(`${log.length} lines searched for ${secrets.length} secrets\n`)
    expect(secrets.length).toBeGreaterThan(200)
  })
}
