// The rule for names of Cognito groups.

const cognitoPattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

/**
 * Cognito's rule, without `*`. Names are matched exactly, so `*` in `protectedGroups` would protect nobody, although it looks as
 * if it protects everyone.
 */
export function isGroupName(name: string): boolean {
  return cognitoPattern.test(name) && !name.includes('*')
}
