// The text that `npm start` prints when it is ready: addresses, API keys, demo people, and two calls to paste.

import { styleText } from 'node:util'
import { docsPath } from '../demo/docs-page.ts'
import { people } from '../demo/people.ts'
import type { LocalRun } from '../run.ts'

const requestBody = `'{"username":"alice","reason":"a first try"}'`

export function welcome({ outputs, apiKeys, settings }: LocalRun, style: typeof styleText = styleText): string {
  const [apiKey = ''] = Object.values(apiKeys)
  const [actor] = people
  const call = `curl -i ${outputs.ApiUrl}/auth/impersonate -H 'X-API-Key: ${apiKey}' -H 'Content-Type: application/json' -d ${requestBody}`
  const callWithPassword = `${call} -u '${actor?.username}:${actor?.password}'`
  const signInRequest = JSON.stringify({
    UserPoolId: outputs.UserPoolId,
    ClientId: outputs.ActorClientId,
    AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: actor?.username, PASSWORD: actor?.password },
  })
  const callWithIdToken = [
    `ID_TOKEN=$(curl -s ${outputs.CognitoEndpoint} --aws-sigv4 aws:amz:us-east-1:cognito-idp -u local:local`,
    `-H 'X-Amz-Target: AWSCognitoIdentityProviderService.AdminInitiateAuth' -H 'Content-Type: application/x-amz-json-1.1'`,
    `-d '${signInRequest}' | sed 's/.*"IdToken":"\\([^"]*\\)".*/\\1/');`,
    `${call} -H "Authorization: $ID_TOKEN"`,
  ].join(' ')
  const title = (text: string) => `\n${style('bold', text)}\n`
  return [
    title('Addresses'),
    ...Object.entries({
      API: outputs.ApiUrl,
      Docs: new URL(docsPath, outputs.ApiUrl),
      Cognito: `${outputs.CognitoEndpoint}  user pool ${outputs.UserPoolId}`,
      DynamoDB: `${outputs.DynamoDbEndpoint}  table ${outputs.RecordsTableName}`,
    }).map(([name, address]) => `  ${name.padEnd(10)}${address}`),
    title('API keys'),
    ...Object.entries(apiKeys).map(([customer, key]) => `  ${customer.padEnd(10)}${key}`),
    title('Demo people'),
    ...people.map(({ username, password, note }) => `  ${username.padEnd(10)}${(password ?? '').padEnd(18)}${note}`),
    ...(settings.basic
      ? [title('Act as alice with olivia’s password (paste this line into another terminal)'), callWithPassword]
      : []),
    title('Act as alice with olivia’s ID token (paste this line into another terminal)'),
    callWithIdToken,
    title('Requests (press Ctrl-C to stop)'),
  ].join('\n')
}
