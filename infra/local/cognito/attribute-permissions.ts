// The attributes that an app client may read and write (developer guide, "Attribute permissions and scopes").
// AWS's documents disagree on a client without a list: all attributes, or only the standard ones. Here it is all, so that
// tests see the wider case. An empty list counts as none (aws-cdk#30608).
import { invalidParameter, notAuthorized } from './errors.ts'
import type { Client, ClientProperties, PoolProperties } from './pool.ts'
import { describeSchema } from './schema.ts'

const allows = (list: string[] | undefined, name: string) => !list?.length || list.includes(name)

export const mayRead = ({ properties }: Client, name: string) =>
  name === 'sub' || allows(properties.ReadAttributes, name)

/** Only Cognito and administrators may set `…_verified`. */
const setByCognito = (name: string) => name === 'sub' || name.endsWith('_verified')

/** @throws CognitoError NotAuthorizedException */
export function assertWritable({ properties }: Client, attributes: [string, string][]) {
  if (attributes.some(([name]) => setByCognito(name) || !allows(properties.WriteAttributes, name)))
    throw notAuthorized('A client attempted to write unauthorized attribute')
}

/**
 * Checks the lists of a new client. Its write list must contain every attribute that the pool requires.
 * @throws CognitoError InvalidParameterException
 */
export function assertAttributeLists({ Schema = [] }: PoolProperties, client: ClientProperties) {
  const schema = describeSchema(Schema)
  const exists = (name: string) => schema.some(({ Name }) => Name === name)
  const { ReadAttributes: readable = [], WriteAttributes: writable = [] } = client
  if (!readable.every(exists)) throw invalidParameter('Invalid read attributes specified while creating a client')
  if (writable.length === 0) return
  const required = schema.flatMap(({ Name = '', Required }) => (Required && Name !== 'sub' ? [Name] : []))
  const isAccepted =
    writable.every((name) => exists(name) && !setByCognito(name)) && required.every((name) => writable.includes(name))
  if (!isAccepted) throw invalidParameter('Invalid write attributes specified while creating a client')
}
