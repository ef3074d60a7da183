// A hand-written function: verifies an access token and reads its impersonation, without checks.

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { CognitoJwtVerifier } from 'aws-jwt-verify'

const { USER_POOL_ID: userPoolId = '', IMPERSONATION_CLIENT_ID: clientId = '' } = process.env
const verifier = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: 'access' })
const dynamoDB = new DynamoDBClient({})

export async function handler(event: { body: string }) {
  const token = new URLSearchParams(event.body).get('token') ?? ''
  const { impersonation_id: id } = await verifier.verify(token)
  const { Item } = await dynamoDB.send(new GetItemCommand({ TableName: 'records', Key: { id: { S: `${id}` } } }))
  return { statusCode: 200, body: JSON.stringify({ active: Item !== undefined }) }
}
