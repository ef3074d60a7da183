// A temporary folder for one jest run. global-setup.ts makes it, global-teardown.ts deletes it.

const variable = 'TEST_RUN_FOLDER'

export function setRunFolder(folder: string): void {
  process.env[variable] = folder
}

export function runFolder(): string {
  const folder = process.env[variable]
  if (folder === undefined) throw new Error(`${variable} is not set: jest did not run global-setup.ts`)
  return folder
}
