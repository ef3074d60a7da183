// Sends a request to act as a user to a local run.

/**
 * @param actor name and password
 * @param apiKey undefined: the request has no API key
 */
export function impersonate(
  apiUrl: string | undefined,
  {
    apiKey,
    actor = 'olivia:Olivia-Local-1!',
    username = 'alice',
  }: { apiKey: string | undefined; actor?: string; username?: string },
): Promise<Response> {
  return fetch(`${apiUrl}/auth/impersonate`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(actor)}`,
      'content-type': 'application/json',
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    },
    body: JSON.stringify({ username }),
  })
}
