// Prints the results of the emulator test.

import type { Case } from './acceptance.ts'
import type { TriedPermission } from './permissions/prove.ts'
import { unenforcedActions, unenforcedRecordsPolicy } from './permissions/unenforced.ts'
import { unproven, unprovenEvents, unprovenNextTriggers } from './unproven.ts'

/** The last line counts acceptance cases and permissions together. */
export function report(cases: readonly Case[], tried: readonly TriedPermission[]): void {
  const left = Object.entries(unproven)
  const leftOfNextTriggers = Object.entries(unprovenNextTriggers)
  const needed = tried.filter(({ denied }) => denied !== undefined)
  const unenforced = tried.filter(({ denied }) => denied === undefined)

  console.log(
    `\nAcceptance: ${cases.length - left.length} of ${cases.length} cases passed. Left out, because MiniStack differs from AWS:`,
  )
  for (const [name, reason] of left) console.log(`  ${name}: ${reason}`)
  console.log("\nThe pool's own triggers: not proven, because MiniStack differs from AWS:")
  for (const [name, reason] of leftOfNextTriggers) console.log(`  ${name}: ${reason}`)
  const leftOfEvents = Object.entries(unprovenEvents)
  console.log('\nThe delivery of events: not proven, because MiniStack differs from AWS:')
  for (const [name, reason] of leftOfEvents) console.log(`  ${name}: ${reason}`)
  console.log(`\nPermissions: ${needed.length} of ${tried.length} are needed. Outcomes without them:`)
  for (const { permission, denied } of needed) console.log(`  ${permission}: ${denied}`)
  console.log('\nPermissions that MiniStack does not enforce:')
  for (const { permission, action } of unenforced) console.log(`  ${permission}: ${unenforcedActions[action]}`)
  console.log(`  the records table's policy: ${unenforcedRecordsPolicy}`)

  const passed = cases.length - left.length + needed.length
  // Plus one: the policy of the records table.
  const skipped = left.length + leftOfNextTriggers.length + leftOfEvents.length + unenforced.length + 1
  console.log(`\n${passed} passed, 0 failed, ${skipped} skipped`)
}
