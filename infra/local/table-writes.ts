// Reports the writes to the tables of a dynalite server.

import dynalite, { type Options } from 'dynalite'
import db from 'dynalite/db/index.js'

type Item = Record<string, unknown>

/** An item of a table before and after a write. */
export interface Write {
  tableName: string
  before: Item | undefined
  after: Item | undefined
}

/** dynalite keeps a server's options with its tables. */
const listeners = new WeakMap<Options, (write: Write) => void>()

const { updateIndexes } = db
// dynalite has no streams. This is the one function that all its writes call, for one item at a time.
db.updateIndexes = (store, table, before, after, done) =>
  updateIndexes(store, table, before, after, (error) => {
    if (!error) listeners.get(store.options)?.({ tableName: table.TableName, before, after })
    done(error)
  })

/** @param onWrite gets each write to a table, in the order of the writes to an item */
export function createDynalite(options: Options, onWrite: (write: Write) => void) {
  listeners.set(options, onWrite)
  return dynalite(options)
}
