// The back office's page. It talks to its own server only, which has the API key.

import { element, find, isOpen, onSubmit, requireSignIn, send, showImpersonations } from './shared.js'

const whoAsWhom = ({ actor, subject }) => `${actor.username} as ${subject.username ?? subject.asked}`

const update = showImpersonations({
  list: find('impersonations'),
  empty: find('no-impersonations'),
  describe: whoAsWhom,
  onShow: (impersonations) => {
    const isUsed = (impersonation) => impersonation.state !== 'prepared' || !isOpen(impersonation)
    for (const { id } of impersonations.filter(isUsed)) {
      find('opened').querySelector(`[data-id="${id}"]`)?.remove()
    }
  },
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
  find('opened').querySelector('.used')?.remove()
  const prepared = await send('POST', '/impersonations', { username, reason })
  const { url, subject, ticketEndsAt, approvalRequired } = prepared
  find('act-as').reset()
  if (approvalRequired) {
    // Only this page has the ticket, so the link stays until it is used.
    offerLink(prepared, [
      `Somebody else must approve that you act as ${subject}. Then `,
      `open the shop as ${subject}`,
      ' within 10 minutes. Keep this page open until then. The link works once.',
    ])
  } else {
    // `noopener`: the shop's page gets no hold of this one.
    window.open(url, '_blank', 'noopener,noreferrer')
    const notice = offerLink(prepared, [
      'The shop opens in a new tab. ',
      'Open it here',
      ' if it does not. The link works once.',
    ])
    notice.className = 'used'
    setTimeout(() => notice.remove(), Date.parse(ticketEndsAt) - Date.now())
  }
  await update()
})

/** For browsers that block the new tab, and for impersonations that need approval first. */
function offerLink({ id, url }, [before, text, after]) {
  const link = element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text)
  link.dataset.testid = 'open-shop'
  const notice = element('p', {}, before, link, after)
  notice.dataset.id = id
  find('opened').append(notice)
  return notice
}

await requireSignIn(async () => {
  find('subject').focus()
  update()
  updateApprovals()
  const { reasonForm } = await send('GET', '/config')
  if (reasonForm) find('reason').placeholder = reasonForm
})
