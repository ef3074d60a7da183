// Runs the stack, its people and the demo on this machine until a signal ends it.

import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stackLocation } from '../account.ts'
import { synthesizeInto } from '../cloudformation/assembly.ts'
import { type Demo, openDemo } from '../demo/start-demo.ts'
import type { Person } from '../people/person.ts'
import { runLocally } from '../run.ts'
import { endAtSignal } from './end.ts'
import type { StartOptions } from './options.ts'
import { createReport } from './report.ts'
import { welcome } from './welcome.ts'

/** The options of `start`, after their checks. */
export interface CheckedOptions extends Pick<StartOptions, 'context' | 'outputsFile' | 'triggersFolder'> {
  port: number
  cognitoPort: number
  demoPorts: { backOffice: number; shop: number }
  people: readonly Person[] | 'demo'
}

/** True while the last line of the terminal is the name of a running step. */
let isLineOpen = false

/** @throws Error when a setting breaks its rule, or a port is taken */
export async function runUntilSignal(options: CheckedOptions): Promise<void> {
  const { context, outputsFile, triggersFolder, port, cognitoPort, demoPorts, people } = options
  const assembly = mkdtempSync(join(tmpdir(), 'impersonation-'))
  process.on('exit', () => rmSync(assembly, { recursive: true, force: true }))
  endAtSignal()

  const demo = await openDemo(demoPorts)
  await step('Synthesizing the stack', () => synthesizeInto(assembly, context, defaultsFor(context, demo)))
  const log = createReport({ write: printLine })
  const run = await step('Starting API, functions, user pool and table', () =>
    runLocally({
      assembly,
      port,
      cognitoPort,
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
