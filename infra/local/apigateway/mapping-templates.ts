// The variables in the templates of gateway responses and mock integrations, which are replaced as plain text.

export type Variables = Record<(typeof known)[number], string>

const known = [
  'context.apiId',
  'context.error.message',
  'context.error.messageString',
  'context.error.responseType',
  'context.extendedRequestId',
  'context.httpMethod',
  'context.path',
  'context.requestId',
  'context.resourcePath',
  'context.stage',
] as const

const variable = /\$([a-z]+(?:\.[a-z]+)*)/gi

/** @throws Error when the template uses more of API Gateway's template language than the local run knows. */
export function checkTemplate(where: string, template: string): void {
  const unknown = [...template.matchAll(variable)].find(([, name]) => !isKnown(name))
  const directive = /#(?:set|if|foreach|end)\b/.exec(template)
  const text = unknown?.[0] ?? directive?.[0]
  if (text) throw new Error(`template: ${where} uses ${text}, which the local run does not know`)
}

export function substitute(template: string, variables: Variables): string {
  return template.replace(variable, (text, name: string) => (isKnown(name) ? variables[name] : text))
}

/**
 * The value of a header: `'text'` or `context.…`, as response parameters map them.
 * @throws Error on any other mapping
 */
export function readMapping(where: string, mapping: string): (variables: Variables) => string {
  const text = /^'(.*)'$/s.exec(mapping)?.[1]
  if (text !== undefined) return () => text
  if (isKnown(mapping)) return (variables) => variables[mapping]
  throw new Error(`template: ${where} maps ${mapping}, which the local run does not know`)
}

function isKnown(name: string | undefined): name is (typeof known)[number] {
  return (known as readonly (string | undefined)[]).includes(name)
}
