// A stack: its template with ids, attributes and intrinsic functions resolved.

import { dependenciesOf } from './dependencies.ts'
import { type Identity, identify, stableUuid } from './identities.ts'
import { resolveValue } from './intrinsics.ts'
import { checkTemplate, type Place, type Template, type TemplateResource } from './template.ts'

/** A resource of the template with resolved properties. */
export interface Resource {
  logicalId: string
  type: string
  /** The value of `Ref`. */
  id: string
  properties: Record<string, unknown>
  /** Whether the resource remains when the stack is deleted. */
  retained: boolean
}

export class Stack {
  readonly place: Place
  readonly id: string
  readonly #template: Template
  readonly #secrets: Map<string, string>
  readonly #identities = new Map<string, Identity>()
  readonly #inProgress = new Set<string>()

  /**
   * @param secrets the generated secrets of earlier deployments, by logical id; new ones are added
   * @throws Error naming a section, attribute or resource type that the local run does not know
   */
  constructor(template: Template, place: Place, secrets: Map<string, string> = new Map()) {
    checkTemplate(template)
    this.#template = template
    this.#secrets = secrets
    this.place = place
    const { region, account, stackName } = place
    this.id = `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/${stableUuid(stackName)}`
    for (const logicalId of this.#logicalIds()) this.#identity(logicalId)
  }

  /** The resources of these types, in the order of the template. */
  resources(...types: (string | RegExp)[]): Resource[] {
    return this.#logicalIds()
      .filter((logicalId) => types.some((type) => isOfType(this.#resource(logicalId), type)))
      .map((logicalId) => ({
        logicalId,
        type: this.#resource(logicalId).Type,
        id: this.#identity(logicalId).Ref,
        properties: this.resolve(this.#resource(logicalId).Properties ?? {}) as Record<string, unknown>,
        retained: this.#resource(logicalId).DeletionPolicy?.startsWith('Retain') === true,
      }))
  }

  /** The logical ids of all resources that this one depends on, directly or indirectly. */
  dependencies(logicalId: string): Set<string> {
    return dependenciesOf(this.#template.Resources, logicalId)
  }

  /** The value of `Fn::GetAtt`. */
  attribute(logicalId: string, name: string): string {
    const value = name === 'Ref' ? undefined : this.#identity(logicalId)[name]
    if (value === undefined) {
      throw new Error(
        `template: ${logicalId} (${this.#resource(logicalId).Type}) has no attribute ${name} that the local run knows`,
      )
    }
    return value
  }

  outputs(): Record<string, string> {
    const outputs = Object.entries(this.#template.Outputs ?? {})
    return Object.fromEntries(outputs.map(([name, { Value }]) => [name, String(this.resolve(Value))]))
  }

  /** Replaces the intrinsic functions in a value of the template. */
  resolve(value: unknown): unknown {
    return resolveValue(value, {
      ref: (name) => this.#ref(name),
      attribute: (logicalId, name) => this.attribute(logicalId, name),
    })
  }

  #ref(name: string): unknown {
    const { region, account, stackName } = this.place
    const pseudoParameters: Record<string, unknown> = {
      'AWS::Region': region,
      'AWS::AccountId': account,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stackName,
      'AWS::StackId': this.id,
      'AWS::NoValue': undefined,
      'AWS::NotificationARNs': [],
    }
    if (name in pseudoParameters) return pseudoParameters[name]
    const parameter = this.#template.Parameters?.[name]
    if (!parameter) return this.#identity(name).Ref
    if (parameter.Default === undefined) throw new Error(`template: parameter ${name} has no default`)
    return parameter.Default
  }

  #identity(logicalId: string): Identity {
    const known = this.#identities.get(logicalId)
    if (known) return known
    if (this.#inProgress.has(logicalId)) throw new Error(`template: ${logicalId} depends on itself`)
    this.#inProgress.add(logicalId)
    const { Type, Properties } = this.#resource(logicalId)
    const property = (name: string) => {
      const value = this.resolve(Properties?.[name])
      return value === undefined ? undefined : String(value)
    }
    const identity = identify({ type: Type, logicalId, place: this.place, property, secrets: this.#secrets })
    this.#inProgress.delete(logicalId)
    this.#identities.set(logicalId, identity)
    return identity
  }

  #resource(logicalId: string): TemplateResource {
    const resource = this.#template.Resources[logicalId]
    if (!resource) throw new Error(`template: no resource ${logicalId}`)
    return resource
  }

  #logicalIds(): string[] {
    return Object.keys(this.#template.Resources)
  }
}

function isOfType({ Type }: TemplateResource, type: string | RegExp): boolean {
  return typeof type === 'string' ? Type === type : type.test(Type)
}

/**
 * @param known the properties that the local run supports or may ignore
 * @throws Error naming a property that is not in `known`
 */
export function expectOnly(resource: Resource, known: readonly string[]): void {
  for (const name of Object.keys(resource.properties)) {
    if (known.includes(name)) continue
    throw new Error(
      `template: ${resource.logicalId} (${resource.type}) sets ${name}, which the local run does not know`,
    )
  }
}
