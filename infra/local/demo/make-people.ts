// Creates the demo people in the user pool of a deployment, local or at AWS.
// node infra/local/demo/make-people.ts --outputs-file F [--region us-east-1] [--endpoint URL] [--public-passwords]

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { localAccess } from '../client-access.ts'
import { makeDemoPeople } from './people.ts'

const { values } = parseArgs({
  options: {
    'outputs-file': { type: 'string' },
    region: { type: 'string', default: process.env.AWS_REGION ?? 'us-east-1' },
    endpoint: { type: 'string' },
    'public-passwords': { type: 'boolean', default: false },
  },
})
const file = values['outputs-file']
if (!file) throw new Error('--outputs-file is missing')
const [outputs = {}] = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>)
const endpoint = values.endpoint ?? outputs.CognitoEndpoint
if (!endpoint && !values['public-passwords']) {
  throw new Error('the passwords of the demo people are public; to use them in a pool at AWS, add --public-passwords')
}
if (!outputs.UserPoolId) throw new Error(`${file} has no output UserPoolId`)
const cognito = new CognitoIdentityProviderClient(
  endpoint ? localAccess(values.region, endpoint) : { region: values.region },
)
await makeDemoPeople(cognito, outputs.UserPoolId)
