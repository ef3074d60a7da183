// A customer's own page: who acted as them. Here they are signed in themselves.

import { find, requireSignIn, showImpersonations } from './shared.js'

const update = showImpersonations({
  list: find('impersonations'),
  empty: find('no-impersonations'),
  describe: ({ actor }) => actor.username,
})

await requireSignIn(update)
