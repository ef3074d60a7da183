// The CodeDeliveryDetails of the API. This server sends no codes.
import type { User } from './pool.ts'

/** Describes where Cognito would send a code. Most of the address is masked. */
export function codeDelivery(user: User, attribute: string) {
  const address = user.attributes.get(attribute) ?? ''
  const [name = '', domain = ''] = address.split('@')
  return attribute === 'email'
    ? { AttributeName: attribute, DeliveryMedium: 'EMAIL', Destination: `${name.charAt(0)}***@${domain.charAt(0)}***` }
    : { AttributeName: attribute, DeliveryMedium: 'SMS', Destination: `+*******${address.slice(-4)}` }
}
