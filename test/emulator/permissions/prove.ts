// Proves that a function needs each action of its role: the call fails without the action, and works again with it.

import { unenforcedActions } from './unenforced.ts'

/** A call that needs an action of the role. */
export interface Probe {
  /** @returns the outcome, e.g. the status of the response */
  call(): Promise<string>
  /** The outcome if the role has the action. */
  allowed: string
  /** The outcome if it does not. */
  denied: string
}

/** Probes by action. */
export type Probes = Readonly<Record<string, Probe>>

export interface TestedFunction {
  entry: string
  actions: readonly string[]
  probes: Probes
  /** A call that works and writes a log even without an unenforced action. */
  logs: Pick<Probe, 'call' | 'allowed'>
  /** Runs `work` while the role lacks the action. */
  without<Result>(action: string, work: () => Promise<Result>): Promise<Result>
}

export interface TriedPermission {
  /** The function's entry and the action, e.g. `endpoint dynamodb:PutItem`. */
  permission: string
  action: string
  /** The outcome without it. Undefined if MiniStack does not enforce the action. */
  denied?: string
}

/** @throws Error naming an action without a probe, a probe without an action, or a call with another outcome. */
export async function prove(tested: TestedFunction): Promise<TriedPermission[]> {
  const { entry, actions, probes } = tested
  const unneeded = Object.keys(probes).filter((action) => !actions.includes(action))
  if (unneeded.length > 0) throw new Error(`the role of ${entry} does not allow ${unneeded}, but the test has a probe`)
  const tried: TriedPermission[] = []
  for (const action of actions) tried.push(await proveAction(tested, action))
  return tried
}

async function proveAction({ entry, probes, logs, without }: TestedFunction, action: string): Promise<TriedPermission> {
  const permission = `${entry} ${action}`
  const probe = probes[action]
  if (action in unenforcedActions) {
    if (probe) throw new Error(`${permission} has a probe, but is listed as not enforced`)
    const found = await without(action, logs.call)
    expectOutcome(`${permission} is listed as not enforced: without it`, { found, expected: logs.allowed })
    return { permission, action }
  }
  if (!probe) throw new Error(`${permission} has no probe: add a call that fails without it, or remove the permission`)
  expectOutcome(`without ${permission}`, { found: await without(action, probe.call), expected: probe.denied })
  expectOutcome(`with ${permission}`, { found: await probe.call(), expected: probe.allowed })
  return { permission, action, denied: probe.denied }
}

function expectOutcome(when: string, { found, expected }: { found: string; expected: string }): void {
  if (found !== expected) throw new Error(`${when} the outcome is "${found}", but it should be "${expected}"`)
}
