// Support acts as a customer of this app.

const { runLocally } = require('cognito-impersonation/local')

let run
beforeAll(async () => {
  run = await runLocally({
    context: { sessionMinutes: 15 },
    people: [
      { username: 'sam', password: 'Sam-Local-1234!', groups: ['impersonators'] },
      { username: 'carla', attributes: { email: 'carla@example.com', email_verified: 'true' } },
      { username: 'dan', enabled: false },
    ],
  })
}, 60_000)
afterAll(() => run?.close())

function impersonate(username) {
  const { ApiUrl, ApiKeyValueDefault } = run.outputs
  return fetch(`${ApiUrl}/auth/impersonate`, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${btoa('sam:Sam-Local-1234!')}`,
      'Content-Type': 'application/json',
      'X-API-Key': ApiKeyValueDefault,
    },
    body: JSON.stringify({ username, reason: 'ticket 42' }),
  })
}

test('gets a session of the customer that names the actor', async () => {
  const response = await impersonate('carla@example.com')
  expect(response.status).toBe(200)
  const { session } = await response.json()
  const claims = JSON.parse(Buffer.from(session.authorization.split('.')[1], 'base64url'))
  expect(claims).toMatchObject({ 'cognito:username': 'carla', act: { sub: expect.any(String) } })
  expect(claims.exp - claims.iat).toBe(15 * 60)
})

test('gets no session of a disabled customer', async () => {
  expect((await impersonate('dan')).status).toBe(422)
})
