// Runs in a worker thread: see assembly.ts.

import { workerData } from 'node:worker_threads'
import { synthesize } from '../../synthesize.ts'

synthesize(workerData as { outdir: string; context: Record<string, unknown> })
