// Replaces `node:fs` in the bundles. The AWS SDK asks whether a request's body is a file. Node.js would load its file streams for
// that, and the functions send no files.

const fs = process.getBuiltinModule('node:fs')

export const { createReadStream, fstatSync, lstatSync } = fs

/** Has no instances. */
export class ReadStream {}
