// Mapping templates of gateway responses and mock integrations: their variables are replaced as plain text.

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

/**
 * @param logicalId the resource that the error message names
 * @throws Error naming a variable or directive that the local run does not know
 */
export function checkMappingTemplate({ logicalId, template }: { logicalId: string; template: string }): void {
  const unknownVariable = [...template.matchAll(variable)].find(([, name]) => !isKnown(name))
  const directive = /#(?:set|if|foreach|end)\b/.exec(template)
  const unknown = unknownVariable?.[0] ?? directive?.[0]
  if (unknown) throw new Error(`template: ${logicalId} uses ${unknown}, which the local run does not know`)
}

export function substitute(template: string, variables: Variables): string {
  return template.replace(variable, (text, name: string) => (isKnown(name) ? variables[name] : text))
}

/**
 * Reads the mapping of a response header: `'text'` or `context.…`.
 * @param logicalId the resource that the error message names
 * @throws Error on any other mapping
 */
export function readHeaderMapping({ logicalId, mapping }: { logicalId: string; mapping: string }) {
  const text = /^'(.*)'$/s.exec(mapping)?.[1]
  if (text !== undefined) return () => text
  if (isKnown(mapping)) return (variables: Variables) => variables[mapping]
  throw new Error(`template: ${logicalId} maps ${mapping}, which the local run does not know`)
}

function isKnown(name: string | undefined): name is (typeof known)[number] {
  return (known as readonly (string | undefined)[]).includes(name)
}
