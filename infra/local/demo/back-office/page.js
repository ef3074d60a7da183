// The back office's page. It talks to its own server only, which has the API key.

import { element, find, onSubmit, requireSignIn, send, showImpersonations } from './shared.js'

const update = showImpersonations(
  find('impersonations'),
  find('no-impersonations'),
  ({ actor, subject }) => `${actor.username} as ${subject.username ?? subject.asked}`,
)

onSubmit(find('act-as'), async ({ username, reason }) => {
  find('opened').replaceChildren()
  const { url, ticketEndsAt } = await send('POST', '/impersonations', { username, reason })
  find('act-as').reset()
  // `noopener`: the shop's page gets no hold of this one.
  window.open(url, '_blank', 'noopener,noreferrer')
  offerLink(url, ticketEndsAt)
  await update()
})

/** For browsers that block the new tab. */
function offerLink(href, ticketEndsAt) {
  const link = element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, 'Open it here')
  link.dataset.testid = 'open-shop'
  find('opened').replaceChildren('The shop opens in a new tab. ', link, ' if it does not. The link works once.')
  setTimeout(() => link.isConnected && find('opened').replaceChildren(), Date.parse(ticketEndsAt) - Date.now())
}

await requireSignIn(() => {
  find('subject').focus()
  update()
})
