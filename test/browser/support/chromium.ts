// Starts the Chromium or Chrome of this machine.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** @throws Error if there is none */
export function startChromium(): Promise<Browser> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const program = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
  // Without one on the PATH, Playwright looks where Chrome is installed on macOS and Windows.
  return chromium.launch({
    ...(program ? { executablePath: program } : { channel: 'chrome' }),
    args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  })
}
