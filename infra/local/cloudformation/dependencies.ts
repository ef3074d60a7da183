// The dependencies between the resources of a template.

import type { TemplateResource } from './template.ts'

/** The logical ids of all resources that a resource depends on, directly or indirectly, by DependsOn or by reference. */
export function dependenciesOf(resources: Record<string, TemplateResource>, logicalId: string): Set<string> {
  const dependencies = new Set<string>()
  const visit = (id: string) => {
    const { DependsOn = [], Properties } = resources[id] ?? {}
    for (const next of [...[DependsOn].flat(), ...references(Properties)]) {
      if (!(next in resources) || dependencies.has(next)) continue
      dependencies.add(next)
      visit(next)
    }
  }
  visit(logicalId)
  return dependencies
}

/** The names that Ref, Fn::GetAtt and Fn::Sub refer to in a value, including parameters and pseudo parameters. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)]
    if (key === 'Fn::GetAtt') return [String([inner].flat()[0]).split('.')[0] ?? '']
    if (key === 'Fn::Sub') return [...variables(String([inner].flat()[0])), ...references([inner].flat().slice(1))]
    return references(inner)
  })
}

/** `Key` for `${Key.Arn}`. Skips literals such as `${!Key}`. */
function variables(text: string): string[] {
  return [...text.matchAll(/\$\{([^!}.]+)/g)].map(([, name = '']) => name)
}
