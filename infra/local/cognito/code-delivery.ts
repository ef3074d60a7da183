// The codes that Cognito would send to an address; here nothing leaves the server.
import type { User } from './pool.ts'

/** Where a code went, mostly hidden. */
export function codeDelivery(user: User, attribute: string) {
  const address = user.attributes.get(attribute) ?? ''
  const [name = '', domain = ''] = address.split('@')
  return attribute === 'email'
    ? { AttributeName: attribute, DeliveryMedium: 'EMAIL', Destination: `${name.charAt(0)}***@${domain.charAt(0)}***` }
    : { AttributeName: attribute, DeliveryMedium: 'SMS', Destination: `+*******${address.slice(-4)}` }
}
