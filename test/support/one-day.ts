// Tests of what counts by the day, in real time.

/** Runs `work` again if the day (UTC) ended in between. */
export async function withinOneDay<Result>(work: () => Promise<Result>): Promise<Result> {
  const today = () => new Date().toISOString().slice(0, 10)
  const day = today()
  const result = await work()
  return day === today() ? result : withinOneDay(work)
}
