// A pool owner's PreTokenGeneration for tests: the user's nickname selects its behaviour. Event version V1_0 or V2_0.

const act = { sub: 'nobody' }

const answers = {
  ordinary: (event) => claims(event, { tenant_id: 'tenant-7' }),
  throws: (event) => Promise.reject(new Error(`${event.userName} may not sign in today`)),
  hangs: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  crashes: () => process.exit(1),
  text: () => 'garbage',
  'no response': (event) => ({ ...event, response: undefined }),
  'a list of claims': (event) => claims(event, ['tenant_id']),
  suppresses: (event) =>
    claims(event, { act, impersonation_id: 'forged', tenant_id: 'tenant-7' }, ['act', 'impersonation_id']),
  scopes: (event) =>
    claims(event, { tenant_id: 'tenant-7', scope: 'aws.cognito.signin.user.admin' }, [], {
      scopesToAdd: ['orders/read', 'aws.cognito.signin.user.admin', 'x aws.cognito.signin.user.admin'],
    }),
  'joins admins': (event) => claims(event, {}, [], {}, { groupsToOverride: ['gold', 'admins'] }),
  'joins gold': (event) => claims(event, { tenant_id: 'tenant-7' }, [], {}, { groupsToOverride: ['gold'] }),
}

export async function handler(event) {
  return answers[event.request.userAttributes.nickname ?? 'ordinary'](event)
}

function claims(event, claimsToAddOrOverride, claimsToSuppress = [], scopes = {}, groupOverrideDetails = undefined) {
  const changes = { claimsToAddOrOverride, claimsToSuppress }
  const response =
    event.version === '1'
      ? { claimsOverrideDetails: { ...changes, groupOverrideDetails } }
      : {
          claimsAndScopeOverrideDetails: {
            idTokenGeneration: changes,
            accessTokenGeneration: { ...changes, ...scopes },
            groupOverrideDetails,
          },
        }
  return { ...event, response }
}
