// Remembers the servers that a local run started, so that they can be closed together.

export class Closers {
  readonly #closers: (() => void | Promise<void>)[] = []

  add(close: () => void | Promise<void>): void {
    this.#closers.push(close)
  }

  /** Remembers a started server and returns it. */
  track<Server extends { close(): Promise<void> }>(server: Server): Server {
    this.add(() => server.close())
    return server
  }

  /** Closes everything at the same time. A second call does nothing. */
  async close(): Promise<void> {
    await Promise.all(this.#closers.splice(0).map((close) => close()))
  }
}
