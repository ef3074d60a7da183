// A user of the local user pool, as a people file or `runLocally` names one.

/** Cognito's words for the state of a user's account (API reference, UserType). */
export const statuses = [
  'CONFIRMED',
  'FORCE_CHANGE_PASSWORD',
  'UNCONFIRMED',
  'RESET_REQUIRED',
  'EXTERNAL_PROVIDER',
] as const

export interface Person {
  /** In a pool whose users sign in with an e-mail address or a telephone number: that address or number. */
  username: string
  /** Must satisfy the pool's password policy. Default: the person cannot sign in, but others can act as them. */
  password?: string
  /**
   * By Cognito's names, such as `email`. Booleans and numbers are text, as in Cognito. Custom attributes, such as
   * `custom:tenant`, need an existing pool: the setting `userPoolId`.
   */
  attributes?: Record<string, string>
  /** The names of the person's groups. A group that the pool lacks is made. */
  groups?: readonly string[]
  /** Default: true. */
  enabled?: boolean
  /**
   * `CONFIRMED` (default); `FORCE_CHANGE_PASSWORD`: invited, the password is temporary; `UNCONFIRMED`: signed up and not
   * confirmed; `RESET_REQUIRED`: must reset the password; `EXTERNAL_PROVIDER`: federated, with the username
   * `<provider>_<id>` and no password.
   */
  status?: (typeof statuses)[number]
  /** A remark that `start` prints. */
  note?: string
}
