// The names of user attributes, as app clients list them.

/** In every pool (developer guide, "Working with user attributes"), without `sub`, which every client may read. */
export const standardAttributes = [
  'address',
  'birthdate',
  'email',
  'email_verified',
  'family_name',
  'gender',
  'given_name',
  'locale',
  'middle_name',
  'name',
  'nickname',
  'phone_number',
  'phone_number_verified',
  'picture',
  'preferred_username',
  'profile',
  'updated_at',
  'website',
  'zoneinfo',
]

/** A standard attribute, or a custom one with its prefix. */
export function isAttributeName(name: string): boolean {
  return standardAttributes.includes(name) || /^custom:[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,20}$/u.test(name)
}

/** Custom attributes cannot be required. Cognito itself sets the verified ones. */
export function canBeRequired(name: string): boolean {
  return standardAttributes.includes(name) && !name.endsWith('_verified')
}
