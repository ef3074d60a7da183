// How often the random tests run, and from which seed: both are printed, and can be given.

/**
 * RUNS multiplies what a test does in every run of the suite, SEED repeats an earlier run.
 * @param runs how many runs without RUNS
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
