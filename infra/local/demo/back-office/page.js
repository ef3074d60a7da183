// The back office's page. It talks to its own server only, which has the API key.

import { element, find, onSubmit, requireSignIn, send, showImpersonations } from './shared.js'

const whoAsWhom = ({ actor, subject }) => `${actor.username} as ${subject.username ?? subject.asked}`

const update = showImpersonations({
  list: find('impersonations'),
  empty: find('no-impersonations'),
  describe: whoAsWhom,
})

/** The page shows this list only to approvers. */
const updateApprovals = showImpersonations({
  list: find('waiting'),
  empty: find('nothing-waiting'),
  describe: whoAsWhom,
  path: '/approvals',
  action: { name: 'approve', label: 'Approve', run: (id) => send('POST', `/approvals/${id}`, {}) },
  // Another person may ask for an approval at any moment.
  canChange: () => true,
  onShow: (impersonations) => {
    find('approvals').hidden = impersonations === undefined
  },
})

onSubmit(find('act-as'), async ({ username, reason }) => {
  find('opened').replaceChildren()
  const { url, subject, ticketEndsAt, approvalRequired } = await send('POST', '/impersonations', { username, reason })
  find('act-as').reset()
  if (approvalRequired) {
    offerLink(url, [
      `Somebody else must approve that you act as ${subject}. Then `,
      'open the shop',
      ' within 10 minutes. The link works once.',
    ])
  } else {
    // `noopener`: the shop's page gets no hold of this one.
    window.open(url, '_blank', 'noopener,noreferrer')
    const link = offerLink(url, [
      'The shop opens in a new tab. ',
      'Open it here',
      ' if it does not. The link works once.',
    ])
    setTimeout(() => link.isConnected && find('opened').replaceChildren(), Date.parse(ticketEndsAt) - Date.now())
  }
  await update()
})

/** For browsers that block the new tab, and for impersonations that need approval first. */
function offerLink(href, [before, text, after]) {
  const link = element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text)
  link.dataset.testid = 'open-shop'
  find('opened').replaceChildren(before, link, after)
  return link
}

await requireSignIn(() => {
  find('subject').focus()
  update()
  updateApprovals()
})
