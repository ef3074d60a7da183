// The command `cognito-impersonation`. `npm start` runs it with `start`.

import { readFileSync } from 'node:fs'
import { styleText } from 'node:util'
import { packageJson } from '../files.ts'
import { help, readCommand } from './options.ts'
import { start } from './start.ts'

/** Runs the command. On an error, prints one line and ends the process with 1. */
export async function main(args: string[]): Promise<void> {
  try {
    const command = readCommand(args)
    if (command.name === 'help') console.log(help)
    else if (command.name === 'version') console.log(JSON.parse(readFileSync(packageJson, 'utf8')).version)
    else await start(command.options)
  } catch (error) {
    console.error(styleText('red', error instanceof Error ? error.message : String(error), { stream: process.stderr }))
    process.exit(1)
  }
}
