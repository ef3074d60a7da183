// Worker thread of assembly.ts: synthesizes the stack.

import { workerData } from 'node:worker_threads'
import { synthesize } from '../../synthesize.ts'

synthesize(workerData as { outdir: string; context: Record<string, unknown> })
