// Runs the app of the CDK CLI once for each context, in one process: aws-cdk-lib and its validation load once.

interface Run {
  outdir: string
  context: object
}

const runs: Run[] = JSON.parse(process.argv[2] ?? '[]')
for (const [index, { outdir, context }] of runs.entries()) {
  process.env.CDK_OUTDIR = outdir
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context)
  // Another query makes another module: the app runs again.
  await import(`../../infra/app.ts?${index}`)
}
