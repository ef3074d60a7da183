// Compares the API's answers with infra/docs/openapi.yaml.

import { readFileSync } from 'node:fs'
import { Ajv2020 as Ajv } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { parse } from 'yaml'

interface Header {
  $ref?: string
  required?: boolean
  schema?: object
}

interface Body {
  schema: object
  example?: unknown
  examples?: Record<string, { value: unknown }>
}

interface Response {
  headers?: Record<string, Header>
  content: Record<string, Body>
}

export interface Operation {
  operationId: string
  deprecated?: boolean
  security: Record<string, string[]>[]
  requestBody?: { content: Record<string, Body> }
  responses: Record<string, Response | { $ref: string }>
}

interface Description {
  openapi: string
  info: { version: string }
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    headers: Record<string, Header>
    responses: Record<string, Response>
    schemas: Record<string, { enum?: string[] }>
  }
}

export const description: Description = parse(
  readFileSync(new URL('../../infra/docs/openapi.yaml', import.meta.url), 'utf8'),
)

const options = { keywords: ['components', 'example'], allErrors: true }
const typed = formats.default(new Ajv(options))
// Header values are text, even if the document declares a number.
const textual = formats.default(new Ajv({ ...options, coerceTypes: true }))

/** Ajv compiles equal schemas again, but the same object once. */
const withComponents = onceEach((schema: object) => ({ ...schema, components: description.components }))

/** @returns the errors of a value against a schema of the document, or an empty list. */
export function misfits(schema: object, value: unknown, ajv = typed): string[] {
  const validate = ajv.compile(withComponents(schema))
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`.trim())
}

/**
 * Lists the differences between an answer and the document: status, media type, headers, body.
 * `path` is below the API's base URL and may have a query. A route that is missing from the document must answer 404.
 */
export function undescribed(
  { method, path }: { method: string; path: string },
  { status, headers, body }: { status: number; headers: Headers; body: unknown },
): string[] {
  const operation = operationAt(method, path)
  const response = operation ? responseOf(operation, status) : status === 404 ? notFound() : undefined
  if (!response) return [`${method} ${path} has no answer ${status}`]
  const content = response.content[headers.get('content-type') ?? ''] ?? response.content['*/*']
  if (!content) return [`${method} ${path} has no ${status} of type ${headers.get('content-type')}`]
  return [
    ...misfits(headersSchema(response.headers ?? noHeaders), Object.fromEntries(headers), textual).map(
      (misfit) => `headers${misfit}`,
    ),
    ...misfits(content.schema, body).map((misfit) => `body${misfit}`),
  ]
}

/** All operations of the document. */
export const operations: readonly { method: string; path: string; operation: Operation }[] = Object.entries(
  description.paths,
).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => ['get', 'post', 'delete'].includes(method))
    .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)

function operationAt(method: string, path: string): Operation | undefined {
  const [pathname = ''] = path.split('?')
  const fits = (template: string) => RegExp(`^${template.replaceAll(/{\w+}/g, '[^/]+')}$`).test(pathname)
  return operations.find((candidate) => candidate.method === method && fits(candidate.path))?.operation
}

/** The response to a status, also if the document refers to a shared one. */
export function responseOf({ responses }: Operation, status: string | number): Response | undefined {
  const response = responses[status]
  return response && '$ref' in response
    ? description.components.responses[response.$ref.split('/').at(-1) ?? '']
    : response
}

function notFound(): Response | undefined {
  return description.components.responses.NotFound
}

const noHeaders: Record<string, Header> = {}
const headersSchema = onceEach((named: Record<string, Header>): object => {
  const headers = Object.entries(named).map(([name, { $ref, ...own }]) => {
    const header = $ref === undefined ? own : description.components.headers[$ref.split('/').at(-1) ?? '']
    return { name: name.toLowerCase(), ...header }
  })
  return {
    type: 'object',
    required: headers.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(headers.map(({ name, schema }) => [name, schema])),
  }
})

/** @returns a function that calls `make` once for each object. */
function onceEach<Key extends object>(make: (key: Key) => object): (key: Key) => object {
  const made = new WeakMap<Key, object>()
  return (key) => {
    const value = made.get(key) ?? make(key)
    made.set(key, value)
    return value
  }
}
