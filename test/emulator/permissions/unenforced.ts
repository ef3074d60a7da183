// Permissions that MiniStack 1.5.33 does not enforce, each with the reason. The test fails if MiniStack enforces one.

/** By action, for every function. */
export const unenforcedActions: Readonly<Record<string, string>> = {
  'cognito-idp:GetUserPoolSessionConfiguration': 'MiniStack has no session management, and the function only warns',
  'dynamodb:DescribeStream': 'MiniStack itself reads the streams of tables',
  'dynamodb:GetRecords': 'MiniStack itself reads the streams of tables',
  'dynamodb:GetShardIterator': 'MiniStack itself reads the streams of tables',
  'dynamodb:ListStreams': 'MiniStack itself reads the streams of tables',
  'logs:CreateLogStream': 'MiniStack itself writes the logs of functions',
  'logs:PutLogEvents': 'MiniStack itself writes the logs of functions',
  'iam:PassRole': 'MiniStack does not check the roles that UpdateUserPool passes on',
  'xray:PutTraceSegments': 'MiniStack has no X-Ray',
  'xray:PutTelemetryRecords': 'MiniStack has no X-Ray',
}

/** The reason why MiniStack does not enforce the records table's policy. */
export const unenforcedRecordsPolicy = 'MiniStack does not read the policies of tables'
