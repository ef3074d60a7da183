// The part of dynalite, which has no types of its own, that the local run uses.

declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** Times in ms that a table stays in CREATING and the like. */
  export default function dynalite(options: {
    createTableMs?: number
    deleteTableMs?: number
    updateTableMs?: number
  }): Server
}
