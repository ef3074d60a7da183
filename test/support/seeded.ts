// Number of runs and seed of the random tests. Prints both.

/**
 * The environment variable RUNS multiplies the number of runs. SEED repeats an earlier run.
 * @param runs the number of runs without RUNS.
 */
export async function seededRuns(
  runs: number,
  work: (options: { numRuns: number; seed: number }) => Promise<void> | void,
): Promise<void> {
  const { RUNS = '1', SEED = String(Math.floor(Math.random() * 2 ** 31)) } = process.env
  const options = { numRuns: runs * Number(RUNS), seed: Number(SEED) }
  const started = performance.now()
  await work(options)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(`${options.numRuns} runs, seed ${options.seed}, ${seconds} s\n`)
}
