// What the npm package exports.

export { Impersonation, type ImpersonationProps } from './impersonation.ts'
export type { NextTriggersProps } from './settings/next-triggers.ts'
export type { Settings, SettingsProps } from './settings/settings.ts'
