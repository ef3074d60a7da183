// Writes to the records table as a user whom the table's policy should stop.

import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { localAccess } from '../../../infra/local/client-access.ts'
import { place } from '../deployment.ts'
import { unenforcedRecordsPolicy } from './unenforced.ts'

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
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  const write = () =>
    new DynamoDBClient({ ...access, credentials }).send(
      new PutItemCommand({ TableName: tableName, Item: { id: { S: UserName } } }),
    )

  const before = await outcome(write)
  if (before !== 'AccessDeniedException')
    throw new Error(`a user without permissions must not write a record, but the outcome is ${before}`)
  const Statement = [{ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: '*' }]
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'write', PolicyDocument }))
  const found = await outcome(write)
  if (found !== 'written') throw new Error(`listed: ${unenforcedRecordsPolicy}; but the write ended with ${found}`)
}

function outcome(write: () => Promise<unknown>): Promise<string> {
  return write().then(
    () => 'written',
    (error: Error) => error.name,
  )
}
