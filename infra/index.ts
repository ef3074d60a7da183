// The exports of the npm package.

export { Impersonation, type ImpersonationProps } from './impersonation.ts'
export type { NextTriggersProps } from './settings/next-triggers.ts'
export { groupNotLookedUp, nobodyProtected, type Settings, type SettingsProps } from './settings/settings.ts'
