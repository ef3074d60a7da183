// Reads a synthesized template: resources by construct path, dependencies, and permissions.

import { synthesizeOnce } from '../support/synthesis.ts'

export interface Resource {
  Type: string
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no types
  Properties: Record<string, any>
  DependsOn?: string | string[]
  DeletionPolicy?: string
  UpdateReplacePolicy?: string
  Metadata?: { 'aws:cdk:path'?: string }
}

export type Resources = Record<string, Resource>

export interface StackTemplate {
  Resources: Resources
  Outputs: Record<string, { Value: unknown }>
}

/** Synthesizes the stack without bundling its functions. */
export async function synthesizeStack(context: Record<string, unknown> = {}) {
  const { stack } = await synthesizeOnce({
    'aws:cdk:bundling-stacks': [],
    'aws:cdk:enable-path-metadata': true,
    ...context,
  })
  return stack as { template: StackTemplate; terminationProtection: boolean | undefined }
}

export async function templateOf(context?: Record<string, unknown>): Promise<StackTemplate> {
  return (await synthesizeStack(context)).template
}

/** A resource's path in the construct, e.g. `Triggers/Role`. */
export function pathOf(resource: Resource | undefined): string {
  return (resource?.Metadata?.['aws:cdk:path'] ?? '?')
    .replace(/^Impersonation\/Impersonation\//, '')
    .replace(/\/Resource$/, '')
}

/** The properties of a type's resources, by path. References read `<path>` or `<path.Attribute>`. */
export function ofType(template: StackTemplate, type: string): Record<string, Resource['Properties']> {
  const found = Object.values(template.Resources).filter(({ Type }) => Type === type)
  return Object.fromEntries(found.map((resource) => [pathOf(resource), readable(template, resource.Properties)]))
}

/** The properties of the only resource of a type. */
export function onlyOne(template: StackTemplate, type: string): Resource['Properties'] {
  const found = Object.values(ofType(template, type))
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}`)
  return found[0] as Resource['Properties']
}

// biome-ignore lint/suspicious/noExplicitAny: a template's values have no types
export function readable({ Resources }: StackTemplate, value: any): any {
  const read = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(read)
    if (typeof inner !== 'object' || inner === null) return inner
    const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = inner as Record<string, unknown>
    if (typeof Ref === 'string') return `<${Ref.startsWith('AWS::') ? Ref : pathOf(Resources[Ref])}>`
    if (Array.isArray(attribute)) return `<${pathOf(Resources[attribute[0]])}.${attribute[1]}>`
    if (Array.isArray(join)) return (read(join[1]) as string[]).join(join[0])
    return Object.fromEntries(Object.entries(inner).map(([key, deeper]) => [key, read(deeper)]))
  }
  return read(value)
}

/** The logical ids in a circular dependency, if any: CloudFormation would refuse the template. */
export function circleIn(resources: Resources): string[] | undefined {
  const done = new Set<string>()
  const visit = (id: string, path: string[]): string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id]
    if (done.has(id)) return undefined
    for (const next of dependencies(resources[id])) {
      const circle = next in resources ? visit(next, [...path, id]) : undefined
      if (circle) return circle
    }
    done.add(id)
    return undefined
  }
  return Object.keys(resources)
    .map((id) => visit(id, []))
    .find((circle) => circle !== undefined)
}

function dependencies(resource: Resource | undefined): string[] {
  return [...[resource?.DependsOn ?? []].flat(), ...references(resource?.Properties)]
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [inner as string]
    if (key === 'Fn::GetAtt') return [[inner].flat()[0].split('.')[0] as string]
    if (key === 'Fn::Sub') return [...namesIn([inner].flat()[0]), ...references([inner].flat().slice(1))]
    return references(inner)
  })
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\$\{([^!}.]+)/g)].map(([, name]) => name as string)
}

/** The statements of the roles' policies: `Allow <role> on <resource>` and the actions. */
export function statements(template: StackTemplate): Record<string, unknown>[] {
  return Object.values(ofType(template, 'AWS::IAM::Policy')).flatMap(({ Roles, PolicyDocument }) =>
    PolicyDocument.Statement.map(({ Effect, Action, Resource, ...rest }: Record<string, unknown>) => ({
      [`${Effect} ${Roles} on ${Resource}`]: [Action].flat(),
      ...rest,
    })),
  )
}

/** The routes of the REST API as `POST /auth/impersonate`, without those for any method. */
export function routesOf({ Resources }: StackTemplate): string[] {
  const pathOfResource = ({ Ref }: { Ref?: string }): string => {
    const { PathPart, ParentId } = (Ref && Resources[Ref]?.Properties) || {}
    return PathPart === undefined ? '' : `${pathOfResource(ParentId)}/${PathPart}`
  }
  return Object.values(Resources)
    .filter(({ Type, Properties }) => Type === 'AWS::ApiGateway::Method' && Properties.HttpMethod !== 'ANY')
    .map(({ Properties }) => `${Properties.HttpMethod} ${pathOfResource(Properties.ResourceId)}`)
}
