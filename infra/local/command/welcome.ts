// The text that `start` prints when it is ready: addresses, API keys, people, and two calls to paste.

import { styleText } from 'node:util'
import { demoClients, levelOfPassword, levelsToAskFor } from '../demo/app-clients.ts'
import { docsPath } from '../demo/docs-page.ts'
import { findActor, findAuditor, findSubject } from '../people/people-of.ts'
import type { Person } from '../people/person.ts'
import type { LocalRun } from '../run.ts'
import { printable } from './report.ts'
import { sampleReason } from './sample-reason.ts'

export interface Described
  extends Pick<LocalRun, 'outputs' | 'apiKeys' | 'resourceServerKeys' | 'settings' | 'people'> {
  backOfficeUrl: string
  shopUrl: string
  /** True for the demo people, whose passwords are public. */
  arePasswordsPublic: boolean
}

export function welcome(run: Described, style: typeof styleText = styleText): string {
  const { outputs, apiKeys, resourceServerKeys, people, settings, arePasswordsPublic, backOfficeUrl, shopUrl } = run
  const title = (text: string) => `\n${style('bold', text)}\n`
  const as = (find: typeof findActor) => {
    const person = find(people, settings)
    return person ? printable(` as ${person.username}`) : ''
  }
  return [
    title('Demo'),
    `  ${backOfficeUrl}  the back office: sign in${as(findActor)} and act as a user`,
    `  ${shopUrl}  the shop: sign in${as(findSubject)} and see who acted as you`,
    title('Addresses'),
    ...Object.entries({
      API: outputs.ApiUrl,
      Docs: new URL(docsPath, outputs.ApiUrl),
      Cognito: `${outputs.CognitoEndpoint}  user pool ${outputs.UserPoolId}`,
      DynamoDB: `${outputs.DynamoDbEndpoint}  table ${outputs.RecordsTableName}`,
    }).map(([name, address]) => `  ${name.padEnd(10)}${address}`),
    title('API keys'),
    ...Object.entries(apiKeys).map(([customer, key]) => `  ${customer.padEnd(16)}${key}`),
    title('API keys of resource servers, for introspection'),
    ...Object.entries(resourceServerKeys).map(([resourceServer, key]) => `  ${resourceServer.padEnd(16)}${key}`),
    title('People'),
    ...people.map((person) => {
      const password = arePasswordsPublic ? (person.password ?? '') : ''
      return printable(`  ${person.username.padEnd(10)}${password.padEnd(18)}${remarkOn(person)}`.trimEnd())
    }),
    ...calls(run).flatMap(([heading, call]) => [title(`${heading} (paste this line into another terminal)`), call]),
    title('Requests (press Ctrl-C to stop)'),
  ].join('\n')
}

function remarkOn({ note, groups = [], enabled = true, status = 'CONFIRMED' }: Person): string {
  const state = [...groups, ...(status === 'CONFIRMED' ? [] : [status]), ...(enabled ? [] : ['disabled'])]
  return note ?? state.join(', ')
}

/** Calls of somebody who may impersonate, if there is such a person and a subject. */
function calls({
  outputs,
  apiKeys,
  settings,
  people,
  arePasswordsPublic,
}: Described): [heading: string, call: string][] {
  const actor = findActor(people, settings)
  const subject = findSubject(people, settings)
  if (!actor || !subject) return []
  const [apiKey = ''] = Object.values(apiKeys)
  const reason = sampleReason(settings.reasonPattern)
  const body = JSON.stringify({ username: subject.username, reason: reason ?? 'REASON' })
  const call = `curl -i ${outputs.ApiUrl}/auth/impersonate -H 'X-API-Key: ${apiKey}' -H 'Content-Type: application/json' -d ${quoted(body)}`
  const heading = (credentials: string) =>
    printable(
      `Act as ${subject.username} with ${actor.username}’s ${credentials}${reason ? '' : '. Replace REASON with a reason'}`,
    )
  if (!arePasswordsPublic) {
    // curl asks for the password.
    return settings.basic ? [[heading('password'), `${call} -u ${quoted(actor.username)}`]] : []
  }
  const levels = levelsToAskFor(settings.actorAcr)
  const isRefused = levels.length > settings.actorAcr.length
  const signInRequest = JSON.stringify({
    UserPoolId: outputs.UserPoolId,
    ClientId: settings.basic ? outputs.ActorClientId : demoClients({ outputs, settings }).staff,
    AuthFlow: levels.length > 0 ? 'USER_AUTH' : 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: {
      USERNAME: actor.username,
      PASSWORD: actor.password,
      ...(levels.length > 0 && { PREFERRED_CHALLENGE: 'PASSWORD', TARGET_ACR_VALUES: levels.join(' ') }),
    },
  })
  const callWithIdToken = [
    `ID_TOKEN=$(curl -s ${outputs.CognitoEndpoint} --aws-sigv4 aws:amz:us-east-1:cognito-idp -u local:local`,
    `-H 'X-Amz-Target: AWSCognitoIdentityProviderService.AdminInitiateAuth' -H 'Content-Type: application/x-amz-json-1.1'`,
    `-d ${quoted(signInRequest)} | sed 's/.*"IdToken":"\\([^"]*\\)".*/\\1/');`,
    `${call} -H "Authorization: $ID_TOKEN"`,
  ].join(' ')
  const auditor = findAuditor(people, settings)
  const withBasic: [string, string][] = [
    [heading('password'), `${call} -u ${quoted(`${actor.username}:${actor.password}`)}`],
    ...(auditor
      ? [
          [
            'See who is acting now, as an auditor. To end one: -X DELETE with /ID in place of ?live=true, and an ID token',
            `curl -i '${outputs.ApiUrl}/auth/impersonations?live=true' -H 'X-API-Key: ${apiKey}' -u ${quoted(`${auditor.username}:${auditor.password}`)}`,
          ] as [string, string],
        ]
      : []),
  ]
  const idToken = `ID token${isRefused ? `, which is refused: a password reaches only ${levelOfPassword}` : ''}`
  return [...(settings.basic ? withBasic : []), [heading(idToken), callWithIdToken]]
}

/** Quotes a text for a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
