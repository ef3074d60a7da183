// The command `start`: runs the stack and its people on this machine until a signal ends it.

import { existsSync, lstatSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { stackLocation } from '../account.ts'
import { synthesizeInto } from '../cloudformation/assembly.ts'
import { type Demo, openDemo } from '../demo/start-demo.ts'
import { readPeopleFile } from '../people/read-people.ts'
import { runLocally } from '../run.ts'
import { endAtSignal } from './end.ts'
import type { StartOptions } from './options.ts'
import { checkPorts, readDemoPorts, readPort } from './ports.ts'
import { createReport } from './report.ts'
import { welcome } from './welcome.ts'

/** True while the last line of the terminal is the name of a running step. */
let isLineOpen = false

/** @throws Error when an argument, a setting or a person breaks its rule, or a port is taken */
export async function start(options: StartOptions): Promise<void> {
  const { context, outputsFile, peopleFile, triggersFolder } = options
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

  const assembly = mkdtempSync(join(tmpdir(), 'impersonation-'))
  process.on('exit', () => rmSync(assembly, { recursive: true, force: true }))
  endAtSignal()

  const demo = await openDemo(demoPorts)
  await step('Synthesizing the stack', () => synthesizeInto(assembly, context, defaultsFor(context, demo)))
  const log = createReport({ write: printLine })
  const run = await step('Starting API, functions, user pool and table', () =>
    runLocally({
      assembly,
      port: api.port,
      cognitoPort: cognito.port,
      people,
      log,
      ...(triggersFolder !== undefined && { triggersFolder }),
    }),
  )
  demo.serve(run, { hints: people === 'demo' })
  if (outputsFile !== undefined) writeOutputs(outputsFile, run.outputs)
  console.log(`Ready in ${process.uptime().toFixed(1)} s`)
  console.log(welcome({ ...run, ...demo, arePasswordsPublic: people === 'demo' }))
  run.warm()
}

/** `approvalGroups` needs `lookUpGroup`. So the demo sets no `approvalGroups` if the user sets `lookUpGroup`. */
function defaultsFor({ lookUpGroup }: Record<string, unknown>, { defaults }: Demo): Record<string, string> {
  const { approvalGroups: _, ...others } = defaults
  return lookUpGroup === undefined ? defaults : others
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

/** Writes the file in one step: a program that waits for it never reads half of it. */
function writeOutputs(file: string, outputs: Record<string, string>): void {
  const text = `${JSON.stringify({ [stackLocation.stackName]: outputs }, null, 2)}\n`
  // A pipe or a device can't be replaced.
  if (existsSync(file)) {
    writeFileSync(file, text)
    return
  }
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, text)
  renameSync(temporary, file)
}

/** Prints the name of a step, does its work, and prints how long it took. */
async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now()
  process.stdout.write(`${name} … `)
  isLineOpen = true
  const result = await work()
  const seconds = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
  if (isLineOpen) console.log(seconds)
  else console.log(`${name}: ${seconds}`)
  isLineOpen = false
  return result
}

/** Prints a line of the report on a line of its own, also while a step is running. */
function printLine(line: string): void {
  if (isLineOpen) process.stdout.write('\n')
  isLineOpen = false
  console.log(line)
}
