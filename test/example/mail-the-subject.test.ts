// The recipe of events.md, as a template, and its pattern against real events.

import { execFileSync, type StdioOptions } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { createPutEvents } from '../../infra/local/events/event-bus.ts'
import { matches } from '../../infra/local/events/pattern.ts'
import type { BusEvent } from '../../infra/local/log.ts'
import { createPut } from '../../lambda/events/bus.ts'
import { eventOf, type ImpersonationEvent } from '../../lambda/events/event.ts'
import type { ImpersonationRecord } from '../../lambda/records-schema.ts'
import type { StackTemplate } from '../infra/template.ts'
import { change, recordIn } from '../lambda/events/change.ts'

let template: StackTemplate
beforeAll(() => {
  const stdio: StdioOptions = ['ignore', 'pipe', 'ignore']
  template = JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, 'mail-app.ts')], { stdio }).toString(),
  )
})

const ofType = (type: string) => Object.values(template.Resources).filter(({ Type }) => Type === type)

/** The event on the bus, as EventBridge makes it of the function's entry. */
async function onTheBus(event: ImpersonationEvent): Promise<BusEvent> {
  const taken: BusEvent[] = []
  const place = { stackName: 'Shop', region: 'us-east-1', account: '123456789012' }
  const putEvents = createPutEvents({ place, take: (_, each) => taken.push(each) })
  const send = async ({ input }: { input: object }) => putEvents(input)
  await createPut({ eventBridge: { send } as never, eventBus: 'security', timeout: 1_000 })([event])
  return taken[0] as BusEvent
}

const states: ImpersonationRecord['state'][] = [
  'prepared',
  'requested',
  'redeemed',
  'issued',
  'refused',
  'discarded',
  'ended',
]

describe('the recipe', () => {
  test('has a rule on the bus that matches the beginning of a session, and no other event', async () => {
    const [rule] = ofType('AWS::Events::Rule')
    expect(rule?.Properties).toMatchObject({
      EventBusName: { Ref: expect.stringMatching(/^Security/) },
      State: 'ENABLED',
    })
    const matched: string[] = []
    for (const state of states) {
      const event = eventOf(change({ after: recordIn(state) })) as ImpersonationEvent
      if (matches(rule?.Properties.EventPattern, await onTheBus(event))) matched.push(state)
    }
    expect(matched).toEqual(['issued'])
  })

  test('reads only what the event has', () => {
    const { detail } = eventOf(change({ after: recordIn('issued') })) as ImpersonationEvent
    const [machine] = ofType('AWS::StepFunctions::StateMachine')
    const paths = [...JSON.stringify(machine).matchAll(/(?:\$states\.input\.detail|\$detail)\.([\w.]+)/g)]
    expect(paths.map(([, path]) => path)).toEqual(['subject.username', 'subject.sub', 'issuedAt', 'endsAt', 'id'])
    for (const [, path = ''] of paths) {
      const value = path.split('.').reduce((inner: unknown, name) => Object(inner)[name], detail)
      expect([path, value]).toEqual([path, expect.any(String)])
    }
  })

  test('mails only the user of the event, not another one of the same name', () => {
    const [machine] = ofType('AWS::StepFunctions::StateMachine')
    const definition = JSON.stringify(machine)
    const sameUser = "{% $states.result.UserAttributes[Name='sub'].Value = $states.input.detail.subject.sub %}"
    expect(definition).toContain(sameUser)
    expect(definition).toContain('{% $states.input.sameUser and $states.input.verified %}')
  })

  test('may read users of the pool and send from the one identity', () => {
    const statements = ofType('AWS::IAM::Policy')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => /^(ses:|cognito-idp:AdminGetUser$|states:)/.test([Action].flat().join()))
    expect(statements.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      ['cognito-idp:AdminGetUser', { 'Fn::GetAtt': [expect.stringMatching(/UserPool/), 'Arn'] }],
      ['ses:SendEmail', 'arn:aws:ses:us-east-1:123456789012:identity/shop.example.com'],
      ['states:StartExecution', { Ref: expect.stringMatching(/^MailStateMachine/) }],
    ])
  })
})
