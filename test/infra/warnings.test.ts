// Warnings at synth.

import { expect, test } from '@jest/globals'
import { Annotations as Acknowledgements, App, Stack } from 'aws-cdk-lib'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { Impersonation, type ImpersonationProps } from '../../infra/impersonation.ts'

function warningsOf(props: ImpersonationProps, ...acknowledged: string[]): unknown[] {
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Shop')
  const impersonation = new Impersonation(stack, 'Impersonation', props)
  for (const id of acknowledged) Acknowledgements.of(stack).acknowledgeWarning(id)
  return Annotations.fromStack(stack)
    .findWarning(`/${impersonation.node.path}`, Match.anyValue())
    .map(({ entry }) => /cognito-impersonation:\w+/.exec(String(entry.data))?.[0])
}

const alarmEmail = 'on-call@example.com'

const protectedGroups = ['impersonators', 'impersonation-auditors', 'admins']

test.each<[ImpersonationProps, string[]]>([
  [{}, ['cognito-impersonation:alarmEmail', 'cognito-impersonation:accessLog']],
  [{ alarmEmail }, ['cognito-impersonation:accessLog']],
  [{ accessLog: false }, ['cognito-impersonation:alarmEmail']],
  [{ alarmEmail, accessLog: true }, []],
  [
    { alarmEmail, accessLog: true, userPoolId: 'us-east-1_Abc123', protectedGroups },
    ['cognito-impersonation:requiredAttributes', 'cognito-impersonation:readAttributes'],
  ],
  [
    {
      alarmEmail,
      accessLog: true,
      userPoolId: 'us-east-1_Abc123',
      protectedGroups,
      requiredAttributes: [],
      readAttributes: ['email'],
    },
    [],
  ],
])('with %j the warnings are %j', (props, ids) => {
  expect(warningsOf(props)).toEqual(ids)
})

test('both warnings can be acknowledged', () => {
  expect(warningsOf({}, 'cognito-impersonation:alarmEmail', 'cognito-impersonation:accessLog')).toEqual([])
})
