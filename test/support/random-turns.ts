// Waits in races, so that each race has another order.

/** Waits for a random number of turns of the event loop, fewer than `turns`. */
export async function randomTurns(turns: number): Promise<void> {
  for (let turn = Math.floor(Math.random() * turns); turn > 0; turn--) await new Promise(setImmediate)
}

/**
 * Makes calls to a table take time: up to `turns` turns of the event loop on the way there, and on the way back. The order
 * in which concurrent calls arrive is random, and so is the order of their answers.
 */
export const delayed =
  <Input>(perform: (operation: string, input: Input) => object, turns = 8) =>
  async (operation: string, input: Input): Promise<object> => {
    await randomTurns(turns)
    const response = perform(operation, input)
    await randomTurns(turns)
    return response
  }
