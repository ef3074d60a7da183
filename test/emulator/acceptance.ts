// Runs the acceptance tests against a deployment and leaves out named cases.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from '../support/commands.ts'

export interface Case {
  fullName: string
  status: string
}

/**
 * @param leftOut full names of cases.
 * @returns all cases, including those left out.
 * @throws Error if a case fails, or if `leftOut` contains an unknown name.
 */
export async function runAcceptance(
  deployment: { outputsFile: string; apiKey: string; resourceServerKey: string; folder: string },
  leftOut: readonly string[],
  options: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<Case[]> {
  const { outputsFile, apiKey, resourceServerKey, folder } = deployment
  const results = join(folder, 'acceptance.json')
  const jest = ['--experimental-vm-modules', join(root, 'node_modules/jest/bin/jest.js')]
  const args = [
    'test/acceptance/acceptance.test.ts',
    '--verbose',
    '--json',
    `--outputFile=${results}`,
    '--testNamePattern',
    allBut(leftOut),
  ]
  const env = {
    ...options.env,
    ACCEPTANCE_OUTPUTS: outputsFile,
    ACCEPTANCE_API_KEY: apiKey,
    ACCEPTANCE_RESOURCE_SERVER_KEY: resourceServerKey,
  }
  await run(process.execPath, [...jest, ...args], { ...options, env, show: true })
  const { testResults } = JSON.parse(readFileSync(results, 'utf8')) as { testResults: { assertionResults: Case[] }[] }
  const cases = testResults.flatMap(({ assertionResults }) => assertionResults)
  checkNames(leftOut, cases)
  return cases
}

/** A pattern that matches all full names except these. */
export function allBut(names: readonly string[]): string {
  const escaped = names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return `^(?!(${escaped.join('|')})$)`
}

/** @throws Error with the first name that is not a case, or whose case ran, or with a case that did not run for another reason. */
export function checkNames(leftOut: readonly string[], cases: readonly Case[]): void {
  for (const name of leftOut) {
    const found = cases.filter(({ fullName }) => fullName === name)
    if (found.length === 0) throw new Error(`no acceptance case is called "${name}"`)
    if (found.some(({ status }) => status !== 'pending')) throw new Error(`"${name}" was left out, but it ran`)
  }
  const skipped = cases.find(({ fullName, status }) => status !== 'passed' && !leftOut.includes(fullName))
  if (skipped) throw new Error(`"${skipped.fullName}" did not run, and is not left out`)
}
