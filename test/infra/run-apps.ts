// Runs the app of the CDK CLI once for each context, in one process: aws-cdk-lib and its validation load once.

export interface Run {
  outdir: string
  context: object
  /** Adds an invalid resource to the stacks of this run and of those after it. */
  invalid?: boolean
}

/** Ends what a run prints to stderr, which is the error if the run stops with one. */
const end = '\f'

const runs: Run[] = JSON.parse(process.argv[2] ?? '[]')
for (const [index, { outdir, context, invalid }] of runs.entries()) {
  process.env.CDK_OUTDIR = outdir
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context)
  if (invalid) await import('./invalid-template.ts')
  // Another query makes another module: the app runs again.
  const error = await import(`../../infra/app.ts?${index}`).then(() => '', String)
  // CDK would synthesize the apps, also those with an error, once more.
  process.removeAllListeners('beforeExit')
  process.stderr.write(error + end)
}
