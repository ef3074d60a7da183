// The page that the back office opens. It redeems the ticket, and shows who acts as whom until the session ends.

// First of all, the ticket leaves the address bar, and with it the browser's history.
const { ticket, actor } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
history.replaceState(null, '', location.pathname)

const find = (name) => document.querySelector(`[data-testid="${name}"]`)

/** The session belongs to this tab only, and never mixes with the customer's own. */
const stored = {
  read: () => JSON.parse(sessionStorage.getItem('impersonation') ?? 'null'),
  write: (session) => sessionStorage.setItem('impersonation', JSON.stringify(session)),
  clear: () => sessionStorage.removeItem('impersonation'),
}

let timers = []

/** @throws Error with the API's message, and the API's code */
async function redeem() {
  const { apiUrl } = await (await fetch('/config')).json()
  const response = await fetch(`${apiUrl}/auth/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ticket }),
  }).catch(() => {
    throw new Error('the API did not answer this page: is its origin in the setting appOrigins?')
  })
  const answer = await response.json()
  if (!response.ok) {
    throw Object.assign(new Error(answer.message), { code: response.headers.get('Impersonation-Error') })
  }
  const { authorization, accessToken, expireEpoch } = answer.session
  return {
    id: response.headers.get('Impersonation-Id'),
    apiUrl,
    actor,
    subject: answer.username,
    idToken: authorization,
    accessToken,
    endsAt: expireEpoch,
  }
}

function show(session) {
  find('waiting').hidden = true
  find('banner-actor').textContent = session.actor ?? 'You'
  find('banner-subject').textContent = session.subject
  find('account-name').textContent = session.subject
  find('banner').hidden = false
  find('stop').addEventListener('click', () => stop(session))
  timers = [setInterval(() => showTimeLeft(session), 1_000), setInterval(() => showOrders(session), 5_000)]
  showTimeLeft(session)
  return showOrders(session)
}

function showTimeLeft({ endsAt }) {
  const seconds = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000))
  const time = new Date(seconds * 1000).toISOString()
  find('time-left').textContent = time.slice(seconds < 3600 ? 14 : 11, 19)
  if (seconds === 0) finish('The time is up', 'The session ended by itself. You can close this tab.')
}

/** The shop's API asks whether the session is still good, so this also notices that somebody else ended it. */
async function showOrders({ accessToken }) {
  const response = await fetch('/orders', { headers: { Authorization: `Bearer ${accessToken}` } })
  const { orders } = response.ok ? await response.json() : {}
  // The session is over, so an answer that comes later changes nothing.
  if (!stored.read()) return
  if (response.status === 401) return finish('This session was ended', 'You can close this tab.')
  if (!orders) return
  find('orders').replaceChildren(
    ...orders.map(({ id, what, price, state }) => {
      const item = document.createElement('li')
      for (const textContent of [what, price, `${id} · ${state}`]) {
        item.append(Object.assign(document.createElement('span'), { textContent }))
      }
      item.lastChild.className = 'quiet'
      return item
    }),
  )
  find('account').hidden = false
}

/** The session ends itself, with its own ID token. */
async function stop({ apiUrl, id, idToken }) {
  find('stop').disabled = true
  const response = await fetch(`${apiUrl}/auth/impersonations/${id}`, {
    method: 'DELETE',
    headers: { Authorization: idToken },
  }).catch(() => undefined)
  if (response?.ok) return finish('You stopped', 'The session has ended. You can close this tab.')
  finish('You left', 'The session could not be ended at the server. End it in the back office.')
}

function finish(title, text) {
  stored.clear()
  for (const timer of timers) clearInterval(timer)
  for (const name of ['waiting', 'banner', 'account']) find(name).hidden = true
  find('over-title').textContent = title
  find('over-text').textContent = text
  find('over').hidden = false
  find('over').focus()
}

/** The API's messages are written as `field: what is wrong`. */
function sentence(message) {
  const text = message.replace(/^\w+: /, '')
  return `${text[0].toUpperCase()}${text.slice(1)}.`
}

/** The refused redeem did not use the ticket up, so the page keeps it. */
function waitForApproval() {
  finish('This needs approval', 'Somebody else must approve it in the back office. Then try again, within 10 minutes.')
  find('try-again').hidden = false
}

async function start() {
  try {
    if (ticket) stored.write(await redeem())
    const session = stored.read()
    if (session) await show(session)
    else finish('Nobody is acting here', 'Open this page from the back office.')
  } catch (error) {
    if (error.code === 'ApprovalRequired') waitForApproval()
    else finish('The shop did not open', sentence(error.message))
  }
}

find('try-again').addEventListener('click', () => {
  for (const name of ['over', 'try-again']) find(name).hidden = true
  find('waiting').hidden = false
  return start()
})

await start()
