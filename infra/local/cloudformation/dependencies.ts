// Which resources of a template CloudFormation makes before others.

import type { TemplateResource } from './template.ts'

/** The logical ids of all that a resource depends on, by DependsOn or by reference, over however many steps. */
export function dependenciesOf(resources: Record<string, TemplateResource>, logicalId: string): Set<string> {
  const found = new Set<string>()
  const visit = (id: string) => {
    const { DependsOn = [], Properties } = resources[id] ?? {}
    for (const next of [...[DependsOn].flat(), ...references(Properties)]) {
      if (!(next in resources) || found.has(next)) continue
      found.add(next)
      visit(next)
    }
  }
  visit(logicalId)
  return found
}

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

function variables(text: string): string[] {
  return [...text.matchAll(/\$\{([^!}.]+)/g)].map(([, name = '']) => name)
}
