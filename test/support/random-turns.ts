// Waits in races, so that each race has another order.

/** Waits for a random number of turns of the event loop, fewer than `turns`. */
export async function randomTurns(turns: number): Promise<void> {
  for (let turn = Math.floor(Math.random() * turns); turn > 0; turn--) await new Promise(setImmediate)
}
