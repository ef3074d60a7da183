// The parts of a CloudFormation template that the local run reads.

export interface Template {
  Parameters?: Record<string, { Type: string; Default?: unknown }>
  Mappings?: Record<string, Record<string, Record<string, unknown>>>
  Conditions?: Record<string, unknown>
  Resources: Record<string, TemplateResource>
  Outputs?: Record<string, { Value: unknown; Condition?: string }>
}

export interface TemplateResource {
  Type: string
  Condition?: string
  DependsOn?: string | string[]
  DeletionPolicy?: string
  Properties?: Record<string, unknown>
}

/** Where a template is deployed to. */
export interface Place {
  stackName: string
  region: string
  account: string
}
