// Writes to the records table as a user whom the table's policy should stop.

import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { localAccess } from '../../../infra/local/client-access.ts'
import { place } from '../deployment.ts'
import { unenforcedRecordsPolicy } from './unenforced.ts'
import { outcomeOf, userWith } from './user-with.ts'

const UserName = 'somebody-else'

/** @throws Error if the write is refused: unenforced.ts lists the table's policy as not enforced. */
export async function tryRecordsPolicy({
  endpoint,
  tableName,
}: {
  endpoint: string
  tableName: string
}): Promise<void> {
  const access = localAccess(place.region, endpoint)
  const iam = new IAMClient(access)
  const credentials = await userWith(iam, { UserName, documents: [] })
  const write = () =>
    new DynamoDBClient({ ...access, credentials }).send(
      new PutItemCommand({ TableName: tableName, Item: { id: { S: UserName } } }),
    )

  const before = await outcomeOf(write())
  if (before !== 'AccessDeniedException')
    throw new Error(`a user without permissions must not write a record, but the outcome is ${before}`)
  const Statement = [{ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: '*' }]
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'write', PolicyDocument }))
  const found = await outcomeOf(write())
  if (found !== 'done') throw new Error(`listed: ${unenforcedRecordsPolicy}; but the write ended with ${found}`)
}
