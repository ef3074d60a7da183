// The codes that Cognito would send to an address; here nothing leaves the server.
import { randomInt } from 'node:crypto'
import type { User } from './pool.ts'

/** Stands for the message with a code, which is good for a day. */
export function sendCode(user: User, attribute: string | undefined, now: number) {
  user.code = { value: String(randomInt(1_000_000)).padStart(6, '0'), attribute, endsAt: now + 86_400_000 }
}

/** Where a code went, mostly hidden. */
export function codeDelivery(user: User, attribute: string) {
  const address = user.attributes.get(attribute) ?? ''
  const [name = '', domain = ''] = address.split('@')
  return attribute === 'email'
    ? { AttributeName: attribute, DeliveryMedium: 'EMAIL', Destination: `${name.charAt(0)}***@${domain.charAt(0)}***` }
    : { AttributeName: attribute, DeliveryMedium: 'SMS', Destination: `+*******${address.slice(-4)}` }
}
