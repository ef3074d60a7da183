// Full names of the acceptance cases that MiniStack 1.4.21 cannot prove, each with its difference from AWS.

const keys = 'it accepts requests without an API key'
const flows = 'it allows every flow for every app client'

export const unproven: Readonly<Record<string, string>> = {
  'an unknown API key gets 403: undefined': keys,
  'an unknown API key gets 403: ""': keys,
  'an unknown API key gets 403: "a-key-that-nobody-was-given-0001"': keys,
  'a session names the base URL of its request': 'its request context has no domain name',
  'a session has the subject’s attributes, with email_verified as a boolean': 'it writes all attributes as text',
  'a session has a record with the subject’s own username if an alias was asked for':
    'it gives triggers the alias instead of the username',
  'bypassing the endpoint the impersonation client starts no sign-in without its secret':
    'it does not check secret hashes',
  'bypassing the endpoint the impersonation client does not allow USER_PASSWORD_AUTH': flows,
  'bypassing the endpoint the impersonation client does not allow USER_SRP_AUTH': flows,
  'bypassing the endpoint the impersonation client does not allow REFRESH_TOKEN_AUTH': flows,
}
