// Takes the place of `node:http` in the bundles. Imported by name, it would load all that its getters can give, a whole
// HTTP client of Node's own (undici) among it: a quarter of the endpoint's start-up.

const http = process.getBuiltinModule('node:http')

export const { Agent, request, STATUS_CODES } = http
