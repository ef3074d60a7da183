// Replaces `node:fs/promises` in the bundles. The AWS SDK uses it only to search for configuration files, and Lambda has none.

/** The SDK goes on without a file that it can't read. */
export async function readFile(): Promise<never> {
  throw new Error('the functions have no files')
}
