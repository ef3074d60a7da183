// The limit of Lambda for a function's environment variables.

import { expect, test } from '@jest/globals'
import { synthesizeStack, templateOf } from '../template.ts'

/** Each actors' group is named in two settings: `protectedGroups` contains it, too. */
const mayActAs = (count: number) => ({
  mayActAs: Object.fromEntries(Array.from({ length: count }, (_, n) => [`support-${n}-${'x'.repeat(80)}`, ['*']])),
  impersonatorsGroup: `support-0-${'x'.repeat(80)}`,
})

test('settings that are each allowed, and too long together, fail the synthesis', async () => {
  await expect(synthesizeStack(mayActAs(20))).rejects.toThrow(/the settings need \d+ bytes of environment variables/)
})

test('settings that fit are deployed', async () => {
  expect((await templateOf(mayActAs(10))).Resources).toBeDefined()
})
