// Types for the part of dynalite that the local run uses. dynalite has no types of its own.

declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** @param options how long a table stays in CREATING, DELETING and UPDATING, in ms */
  export default function dynalite(options: {
    createTableMs?: number
    deleteTableMs?: number
    updateTableMs?: number
  }): Server
}
