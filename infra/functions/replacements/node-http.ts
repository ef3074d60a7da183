// Replaces `node:http` in the bundles. A normal import calls all getters of the module and so loads Node's own HTTP client,
// undici, which takes a quarter of the endpoint's start-up time.

const http = process.getBuiltinModule('node:http')

export const { Agent, request, STATUS_CODES } = http
