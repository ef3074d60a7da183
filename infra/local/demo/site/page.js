// What the pages of both sites share. No library, no build.

/** @returns the parsed body. @throws Error with a message for people. Asks people to sign in again if their sign-in does not suffice. */
export async function send(method, path, body) {
  const response = await fetch(path, { method, ...(body && { body: JSON.stringify(body) }) }).catch(() => {
    throw new Error('The server does not answer. Try again.')
  })
  const answer = response.status === 204 ? {} : await response.json()
  if (response.ok) return answer
  const message = sentence(answer)
  if (response.status === 401 && path !== '/session') askToSignIn(message)
  throw new Error(message)
}

/** The API's messages are written as `field: what is wrong`. A limit's message ends with `later`. */
function sentence({ message, retryAfter }) {
  const text = message.replace(/^[\w-]+: /, '').replace(/\.$/, '')
  const withTime = retryAfter ? text.replace(/ later$/, ` ${whenToTryAgain(Number(retryAfter))}`) : text
  return `${withTime[0].toUpperCase()}${withTime.slice(1)}.`
}

function whenToTryAgain(seconds) {
  if (seconds < 120) return `in ${seconds} second${seconds === 1 ? '' : 's'}`
  // Rounded up to a whole minute.
  return `at ${clock(Math.ceil((Date.now() + seconds * 1000) / 60_000) * 60_000)}`
}

const clock = (time) => new Date(time).toLocaleTimeString([], { timeStyle: 'short', hourCycle: 'h23' })

/** Finds the element with this data-testid. */
export const find = (name) => document.querySelector(`[data-testid="${name}"]`)

/** Makes an element. Text is text, so nothing that a user wrote becomes HTML. */
export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

/** Runs `work` when the form is sent, shows its error in the form, and keeps the button from being pressed twice. */
export function onSubmit(form, work) {
  const message = form.querySelector('.message')
  const button = form.querySelector('button')
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    message.textContent = ''
    button.disabled = true
    await work(Object.fromEntries(new FormData(form))).catch((error) => {
      message.textContent = error.message
    })
    button.disabled = false
    // A disabled button loses the focus.
    if (message.textContent !== '' && document.activeElement === document.body) button.focus()
  })
}

const mustSignIn = () => !find('sign-in').hidden

/** Shows the sign-in form. What a person typed into other forms stays. */
function askToSignIn(message = '') {
  if (mustSignIn()) return
  find('sign-in').hidden = false
  for (const part of document.querySelectorAll('.signed-in, main > section')) part.hidden = true
  find('sign-in-message').textContent = message
  const username = find('signed-in-as').textContent
  find('username').value = username
  find(username ? 'password' : 'username').focus()
}

/** Shows the sign-in form, or what a signed-in person sees. */
export async function requireSignIn(show) {
  const update = (username) => {
    find('sign-in').hidden = true
    for (const part of document.querySelectorAll('.signed-in')) part.hidden = false
    for (const message of document.querySelectorAll('.message.error')) message.textContent = ''
    find('signed-in-as').textContent = username
    return show()
  }
  onSubmit(find('sign-in'), async ({ username, password }) => {
    const session = await send('POST', '/session', { username, password })
    const before = find('signed-in-as').textContent
    // Another person must not see what this one did.
    if (before && before !== session.username) return location.reload()
    find('sign-in').reset()
    await update(session.username)
  })
  find('sign-out').addEventListener('click', async () => {
    await send('DELETE', '/session')
    location.reload()
  })
  const { username } = await send('GET', '/session')
  if (username === undefined) askToSignIn()
  else await update(username)
}

/** The default button of an item. */
const end = { name: 'end', label: 'End', run: (id) => send('DELETE', `/impersonations/${id}`) }

/**
 * Keeps a list of impersonations up to date: every 3 s while one of them can still change,
 * otherwise every 15 s, and when the page is shown again.
 * @param describe what an item says
 * @param path where the list comes from
 * @param action the button of an item that is live or waiting
 * @param canChange whether an item can still change, or a new item can appear
 * @param onShow gets the impersonations, or undefined if this person has no such list
 * @returns a function that updates the list now
 */
export function showImpersonations({
  list,
  empty,
  describe,
  path = '/impersonations',
  action = end,
  canChange = (impersonations) => impersonations.some(isOpen),
  onShow = () => {},
}) {
  const message = element('p', { className: 'message error', role: 'alert' })
  list.before(message)
  let timer
  let updates = 0
  async function update() {
    clearTimeout(timer)
    const count = ++updates
    const answer = await send('GET', path).catch(() => undefined)
    // A later update shows newer impersonations. Who must sign in sees none.
    if (count !== updates || mustSignIn()) return
    if (answer) {
      onShow(answer.impersonations)
      replaceItems((answer.impersonations ?? []).map(item))
    }
    empty.hidden = !answer || list.children.length > 0
    const soon = !answer || (answer.impersonations && canChange(answer.impersonations))
    if (!document.hidden) timer = setTimeout(updateIfSeen, soon ? 3_000 : 15_000)
  }

  /** Keeps the focus on a button of the list, for people who use the keyboard. */
  function replaceItems(items) {
    const focused = list.querySelector('li:focus-within')?.dataset.id
    list.replaceChildren(...items)
    items
      .find(({ dataset }) => dataset.id === focused)
      ?.querySelector('button')
      ?.focus()
  }

  function item(impersonation) {
    const { id, state, reason } = impersonation
    const button = element('button', { type: 'button', className: 'second' }, action.label)
    button.dataset.testid = action.name
    button.setAttribute('aria-label', `${action.label}: ${describe(impersonation)}`)
    button.addEventListener('click', async () => {
      button.disabled = true
      message.textContent = ''
      await action.run(id).catch((error) => {
        message.textContent = `${describe(impersonation)}: ${error.message}`
      })
      await update()
      list.closest('section').focus()
    })
    const made = element(
      'li',
      {},
      element(
        'div',
        {},
        element('div', {}, describe(impersonation), ' · ', stateOf(impersonation)),
        element('div', { className: 'quiet' }, [timesOf(impersonation), reason].filter(Boolean).join(' · ')),
      ),
      ...(isOpen(impersonation) ? [button] : []),
    )
    Object.assign(made.dataset, { testid: 'impersonation', id, state })
    return made
  }

  const updateIfSeen = () => document.hidden || mustSignIn() || update()
  document.addEventListener('visibilitychange', updateIfSeen)
  return update
}

/** An item that is live or waiting. */
export const isOpen = (impersonation) => impersonation.live || isWaiting(impersonation)

const isWaiting = ({ state, ticketEndsAt, ...rest }) =>
  state === 'requested' ||
  state === 'redeemed' ||
  (state === 'prepared' && (needsApproval(rest) || Date.parse(ticketEndsAt) > Date.now()))

/** An approval can come within 24 hours. */
const needsApproval = ({ approvalRequired, approvedAt, requestedAt }) =>
  approvalRequired && !approvedAt && Date.parse(requestedAt) + 86_400_000 > Date.now()

function stateOf(impersonation) {
  const { state, live, code, endedBy } = impersonation
  const words = {
    prepared: wordsOfPrepared(impersonation),
    issued: live ? 'live' : 'over',
    refused: `refused: ${wordsOfCode(code)}`,
    ended: `ended by ${endedBy?.username}`,
  }
  return element('span', { className: live ? 'state live' : 'state' }, words[state] ?? state)
}

/** SubjectProtected: customer protected. */
function wordsOfCode(code = 'Fault') {
  if (code === 'ActorLimit') return 'too many impersonations'
  return code
    .replace('Subject', 'Customer')
    .replace(/\B[A-Z]/g, ' $&')
    .toLowerCase()
}

function wordsOfPrepared(impersonation) {
  const { approvedBy } = impersonation
  if (!isWaiting(impersonation)) return 'not used'
  if (approvedBy) return `approved by ${approvedBy.username}`
  return needsApproval(impersonation) ? 'needs approval' : 'waiting for the shop'
}

function timesOf({ requestedAt, issuedAt, endsAt, endedAt }) {
  const end = endedAt ?? endsAt
  return issuedAt && end ? `${clock(issuedAt)}–${clock(end)}` : clock(requestedAt)
}
