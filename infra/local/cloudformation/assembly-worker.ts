// Worker thread of assembly.ts: synthesizes the stack.

import { workerData } from 'node:worker_threads'
import { type SynthesizeOptions, synthesize } from '../../synthesize.ts'

synthesize(workerData as SynthesizeOptions)
