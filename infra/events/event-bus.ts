// The event bus of the setting `eventBus`.

import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib'
import type { Construct } from 'constructs'

/**
 * @param eventBus a name or an ARN. A value that synth does not know must be an ARN.
 * @throws Error if the bus is in another region: EventBridge takes events only in the bus's own region
 */
export function busArn(scope: Construct, eventBus: string): string {
  const stack = Stack.of(scope)
  if (Token.isUnresolved(eventBus)) return eventBus
  if (!eventBus.startsWith('arn:')) {
    return stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: eventBus })
  }
  const { region } = Arn.split(eventBus, ArnFormat.SLASH_RESOURCE_NAME)
  if (Token.isUnresolved(stack.region) || region === stack.region) return eventBus
  throw new Error(
    `setting eventBus names a bus in ${region}, but it must be in ${stack.region}, the region of the stack. A rule of a bus there can pass the events on`,
  )
}
