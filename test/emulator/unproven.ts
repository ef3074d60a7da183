// The acceptance cases that MiniStack 1.4.21 can't prove, by their full names, each with what it does not do as AWS does.

const keys = 'it lets a request in without its API key'
const flows = 'it starts any flow for any app client'

export const unproven: Readonly<Record<string, string>> = {
  'refused by API key 403: undefined': keys,
  'refused by API key 403: ""': keys,
  'refused by API key 403: "a-key-that-nobody-was-given-0001"': keys,
  'a session names the base that its request came in on': 'its request context has no domain name',
  'a session has the subject’s attributes, a verified address as a boolean': 'it has every attribute as text',
  'a session stands in a record under the subject’s own username, by whichever name they were asked for':
    'it hands triggers the alias in place of the username',
  'round the endpoint the impersonation client does not start without its secret': 'it checks no secret hash',
  'round the endpoint the impersonation client knows no USER_PASSWORD_AUTH': flows,
  'round the endpoint the impersonation client knows no USER_SRP_AUTH': flows,
  'round the endpoint the impersonation client knows no REFRESH_TOKEN_AUTH': flows,
}
