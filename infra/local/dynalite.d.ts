// Types for the part of dynalite that the local run uses. dynalite has no types of its own.

declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** How long a table stays in CREATING, DELETING and UPDATING, in ms. */
  export interface Options {
    createTableMs?: number
    deleteTableMs?: number
    updateTableMs?: number
  }

  export default function dynalite(options: Options): Server
}

declare module 'dynalite/db/index.js' {
  import type { Options } from 'dynalite'

  type Item = Record<string, unknown>

  /** dynalite calls its functions as members of this object. */
  const db: {
    /** Every write calls this with the item before and after, while no other write to the item runs. */
    updateIndexes(
      store: { options: Options },
      table: { TableName: string },
      before: Item | undefined,
      after: Item | undefined,
      done: (error?: unknown) => void,
    ): void
  }
  export default db
}
