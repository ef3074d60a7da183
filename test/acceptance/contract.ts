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

export interface Operation {
  deprecated?: boolean
  security: Record<string, string[]>[]
  requestBody: { content: Record<string, Body> }
  responses: Record<string, { headers?: Record<string, Header>; content: Record<string, Body> }>
}

interface Description {
  openapi: string
  info: { version: string }
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { headers: Record<string, Header> }
}

export const description: Description = parse(
  readFileSync(new URL('../../infra/docs/openapi.yaml', import.meta.url), 'utf8'),
)

const options = { keywords: ['components', 'example'], allErrors: true }
const typed = formats.default(new Ajv(options))
// Header values are text, even if the document declares a number.
const textual = formats.default(new Ajv({ ...options, coerceTypes: true }))

/** @returns the errors of a value against a schema of the document, or an empty list. */
export function misfits(schema: object, value: unknown, ajv = typed): string[] {
  const validate = ajv.compile({ ...schema, components: description.components })
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`.trim())
}

/**
 * Lists the differences between an answer and the document: status, media type, headers, body.
 * `path` is below the API's base URL. A route that is missing from the document must answer 404.
 */
export function undescribed(
  { method, path }: { method: string; path: string },
  { status, headers, body }: { status: number; headers: Headers; body: unknown },
): string[] {
  const operation = description.paths[path]?.[method.toLowerCase()]
  const response = (operation ?? (status === 404 ? anyOperation() : undefined))?.responses[status]
  if (!response) return [`${method} ${path} has no answer ${status}`]
  const content = response.content[headers.get('content-type') ?? ''] ?? response.content['*/*']
  if (!content) return [`${method} ${path} has no ${status} of type ${headers.get('content-type')}`]
  return [
    ...misfits(headersSchema(response.headers), Object.fromEntries(headers), textual).map(
      (misfit) => `headers${misfit}`,
    ),
    ...misfits(content.schema, body).map((misfit) => `body${misfit}`),
  ]
}

function anyOperation(): Operation | undefined {
  return Object.values(description.paths).flatMap(Object.values<Operation>)[0]
}

function headersSchema(named: Record<string, Header> = {}): object {
  const headers = Object.entries(named).map(([name, { $ref, ...own }]) => {
    const header = $ref === undefined ? own : description.components.headers[$ref.split('/').at(-1) ?? '']
    return { name: name.toLowerCase(), ...header }
  })
  return {
    type: 'object',
    required: headers.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(headers.map(({ name, schema }) => [name, schema])),
  }
}
