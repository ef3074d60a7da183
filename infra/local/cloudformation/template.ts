// The parts of a CloudFormation template that the local run reads.

export interface Template {
  Parameters?: Record<string, { Type: string; Default?: unknown }>
  Resources: Record<string, TemplateResource>
  Outputs?: Record<string, { Value: unknown }>
}

export interface TemplateResource {
  Type: string
  DependsOn?: string | string[]
  DeletionPolicy?: string
  Properties?: Record<string, unknown>
}

/** The target of a deployment. */
export interface Place {
  stackName: string
  region: string
  account: string
}

const sections = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Outputs', 'Parameters', 'Resources', 'Rules']
const resourceAttributes = ['DeletionPolicy', 'DependsOn', 'Metadata', 'Properties', 'Type', 'UpdateReplacePolicy']
const outputAttributes = ['Description', 'Export', 'Value']

/** @throws Error naming a section, or an attribute of a resource or an output, that the local run does not know */
export function checkTemplate(template: Template): void {
  expectKeys(template, sections, 'it')
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    expectKeys(resource, resourceAttributes, `the resource ${logicalId}`)
  }
  for (const [name, output] of Object.entries(template.Outputs ?? {})) {
    expectKeys(output, outputAttributes, `the output ${name}`)
  }
}

function expectKeys(value: object, known: readonly string[], subject: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown) throw new Error(`template: ${subject} has ${unknown}, which the local run does not know`)
}
