// Finds the owner's trigger for an event, and runs it with the event version that it needs.

import { type NextTriggers, readNextTriggers } from '../../next-triggers.ts'
import type { TriggerContext, TriggerEvent } from '../event.ts'
import { fromV1, toV1 } from './event-version.ts'
import { type Invoke, invokeNext } from './invoke.ts'

export type RunNext = (options: { event: TriggerEvent; timeLimit: number }) => Promise<unknown>

/** Returns undefined if the owner has no function in the event's slot. */
export function findNext(event: TriggerEvent, next: NextTriggers, invoke: Invoke): RunNext | undefined {
  const [slot] = event.triggerSource.split('_')
  switch (slot) {
    case 'DefineAuthChallenge':
    case 'CreateAuthChallenge':
    case 'VerifyAuthChallengeResponse': {
      const functionArn = next[slot]
      return functionArn ? (options) => invoke({ functionArn, ...options }) : undefined
    }
    case 'TokenGeneration': {
      if (!next.PreTokenGenerationConfig) return undefined
      const { LambdaArn: functionArn, LambdaVersion } = next.PreTokenGenerationConfig
      if (LambdaVersion !== 'V1_0') return (options) => invoke({ functionArn, ...options })
      return async ({ event, timeLimit }) => fromV1(await invoke({ functionArn, event: toV1(event), timeLimit }), event)
    }
    default:
      return undefined
  }
}

export function findNextInEnvironment(event: TriggerEvent): RunNext | undefined {
  return findNext(event, readNextTriggers(process.env.NEXT_TRIGGERS), invokeNext)
}

/** How long the owner's function may take, ms: the rest of this function's time, minus the time that our work needs. */
export function timeLeft(context: TriggerContext | undefined, needed: number): number {
  return (context?.getRemainingTimeInMillis() ?? 4_000) - needed
}
