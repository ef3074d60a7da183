// Makes an IAM user with given policies, to try what they allow.

import { CreateAccessKeyCommand, CreateUserCommand, type IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'

/** @returns the user's credentials */
export async function userWith(
  iam: IAMClient,
  { UserName, documents }: { UserName: string; documents: readonly string[] },
): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  await iam.send(new CreateUserCommand({ UserName }))
  for (const [index, PolicyDocument] of documents.entries()) {
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: `policy-${index}`, PolicyDocument }))
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

/** @returns the name of the call's error, or `done` */
export function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'done',
    (error: Error) => error.name,
  )
}
