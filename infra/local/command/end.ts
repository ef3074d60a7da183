// Ends the command at a signal, or when npx is gone.

/** The exit listeners remove the temporary files. */
export function endAtSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(0))
  // A signal to npx ends npx and its shell, and does not reach this process.
  if (process.env.npm_lifecycle_event === 'npx') endWithParent()
}

function endWithParent(): void {
  const { ppid } = process
  setInterval(() => process.ppid === ppid || process.exit(0), 250).unref()
}
