// The command `start`: checks its options, then runs the stack.

import { existsSync, lstatSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { readPeopleFile } from '../people/read-people.ts'
import type { StartOptions } from './options.ts'
import { checkPorts, readDemoPorts, readPort } from './ports.ts'

/** @throws Error when an argument, a setting or a person breaks its rule, or a port is taken */
export async function start(options: StartOptions): Promise<void> {
  const { outputsFile, peopleFile } = options
  const api = choosePort(options.port, '--port', 'PORT', 3000)
  const cognito = choosePort(options.cognitoPort, '--cognito-port', 'COGNITO_PORT', 9229)
  const people = peopleFile === undefined ? 'demo' : readPeopleFile(peopleFile)
  const demoPorts = readDemoPorts(process.env, api.port)
  await checkPorts({
    [api.name]: api.port,
    [cognito.name]: cognito.port,
    BACK_OFFICE_PORT: demoPorts.backOffice,
    SHOP_PORT: demoPorts.shop,
  })
  if (outputsFile !== undefined) removeOutputs(outputsFile)
  // Most of the code loads only here, so that a wrong option is reported at once.
  const { runUntilSignal } = await import('./run-until-signal.ts')
  await runUntilSignal({ ...options, port: api.port, cognitoPort: cognito.port, demoPorts, people })
}

/** @param value of the option, which wins over the environment variable. @returns the port and the name of what set it */
function choosePort(value: string | undefined, option: string, variable: string, fallback: number) {
  const name = value === undefined ? variable : option
  return { name, port: readPort({ ...process.env, [option]: value }, name, fallback) }
}

/** Removes the file of an earlier run. Otherwise, a waiting script would think that this run is ready. */
function removeOutputs(file: string): void {
  const folder = dirname(resolve(file))
  if (!existsSync(folder)) throw new Error(`--outputs-file: the folder ${folder} does not exist`)
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile()) rmSync(file)
}
