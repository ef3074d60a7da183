// What the pages of both sites share. No library, no build.

/** @returns the parsed body. @throws Error with a message for people, and the status */
export async function send(method, path, body) {
  const response = await fetch(path, { method, ...(body && { body: JSON.stringify(body) }) })
  const answer = response.status === 204 ? {} : await response.json()
  if (response.ok) return answer
  throw Object.assign(new Error(answer.message), { status: response.status })
}

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
  })
}

/** Shows the sign-in form, or what a signed-in person sees. @param show gets the username */
export async function requireSignIn(show) {
  const update = (username) => {
    find('sign-in').hidden = username !== undefined
    for (const part of document.querySelectorAll('.signed-in')) part.hidden = username === undefined
    find('signed-in-as').textContent = username ?? ''
    if (username === undefined) find('username').focus()
    else show(username)
  }
  onSubmit(find('sign-in'), async ({ username, password }) => {
    const session = await send('POST', '/session', { username, password })
    find('sign-in').reset()
    update(session.username)
  })
  find('sign-out').addEventListener('click', async () => {
    await send('DELETE', '/session')
    location.reload()
  })
  update((await send('GET', '/session')).username)
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
  let timer
  async function update() {
    clearTimeout(timer)
    const answer = await send('GET', path).catch((error) => {
      if (error.status === 401) location.reload()
    })
    if (answer) {
      onShow(answer.impersonations)
      replaceItems((answer.impersonations ?? []).map(item))
    }
    empty.hidden = list.children.length > 0
    const soon = !answer || (answer.impersonations && canChange(answer.impersonations))
    if (!document.hidden) timer = setTimeout(update, soon ? 3_000 : 15_000)
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
      await action.run(id).catch(() => {})
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

  document.addEventListener('visibilitychange', () => document.hidden || update())
  return update
}

const isOpen = (impersonation) => impersonation.live || isWaiting(impersonation)

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
    // SubjectProtected: subject protected
    refused: `refused: ${code?.replace(/\B[A-Z]/g, ' $&').toLowerCase()}`,
    ended: `ended by ${endedBy?.username}`,
  }
  return element('span', { className: live ? 'state live' : 'state' }, words[state] ?? state)
}

function wordsOfPrepared(impersonation) {
  const { approvedBy } = impersonation
  if (!isWaiting(impersonation)) return 'not used'
  if (approvedBy) return `approved by ${approvedBy.username}`
  return needsApproval(impersonation) ? 'needs approval' : 'waiting for the shop'
}

function timesOf({ requestedAt, issuedAt, endsAt, endedAt }) {
  const time = (text) => new Date(text).toLocaleTimeString([], { timeStyle: 'short', hourCycle: 'h23' })
  const end = endedAt ?? endsAt
  return issuedAt && end ? `${time(issuedAt)}–${time(end)}` : time(requestedAt)
}
