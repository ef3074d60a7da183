// Full names of the acceptance cases that MiniStack 1.5.33 cannot prove, each with its difference from AWS.

export const unproven: Readonly<Record<string, string>> = {
  'a session names the base URL of its request': 'its request context has no domain name',
  'a session has a record with the subject’s username if the request names an alias':
    'it gives triggers the alias instead of the username',
}
