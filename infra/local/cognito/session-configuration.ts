// GetUserPoolSessionConfiguration and SetUserPoolSessionConfiguration. This server stores the limit and ends no session.
import { type Call, poolOf } from './call.ts'
import type { Pool } from './pool.ts'

/** Every field must be given (API reference, SetUserPoolSessionConfiguration). */
export function setUserPoolSessionConfiguration(call: Call) {
  const pool = poolOf(call)
  pool.sessionConfiguration = {
    UserSessionTracking: call.input.text('UserSessionTracking'),
    TokenSession: call.input.pick(['TokenSession']).TokenSession,
  }
  return describe(pool)
}

export const getUserPoolSessionConfiguration = (call: Call) => describe(poolOf(call))

function describe({ definition, sessionConfiguration }: Pool) {
  const initial = { UserSessionTracking: 'DISABLED', TokenSession: { MaxPerUser: 20 } }
  return { UserPoolId: definition.id, ...(sessionConfiguration ?? initial) }
}
