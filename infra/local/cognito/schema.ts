// A pool's attributes as DescribeUserPool lists them: first the standard ones, then the custom ones.
// Source: developer guide, "Working with user attributes"; the limits are from AWS's examples.
import type { PoolProperties } from './pool.ts'

type Attribute = NonNullable<PoolProperties['Schema']>[number]

const text = (Name: string, MinLength = '0', MaxLength = '2048'): Attribute => ({
  Name,
  AttributeDataType: 'String',
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
  StringAttributeConstraints: { MinLength, MaxLength },
})
const flag = (Name: string): Attribute => ({
  Name,
  AttributeDataType: 'Boolean',
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
})

const standard: Attribute[] = [
  { ...text('sub', '1'), Mutable: false, Required: true },
  ...'name given_name family_name middle_name nickname preferred_username profile picture website email'
    .split(' ')
    .map((name) => text(name)),
  flag('email_verified'),
  text('gender'),
  text('birthdate', '10', '10'),
  text('zoneinfo'),
  text('locale'),
  text('phone_number'),
  flag('phone_number_verified'),
  text('address'),
  {
    Name: 'updated_at',
    AttributeDataType: 'Number',
    DeveloperOnlyAttribute: false,
    Mutable: true,
    Required: false,
    NumberAttributeConstraints: { MinValue: '0' },
  },
]

const standardNames = new Set(standard.map(({ Name }) => Name))

/** @param schema as CreateUserPool accepts it, custom attributes without `custom:` */
export function describeSchema(schema: Attribute[]): Attribute[] {
  const override = (attribute: Attribute) => schema.find(({ Name }) => Name === attribute.Name)
  const custom = schema.filter(({ Name }) => !standardNames.has(Name))
  return [
    ...standard.map((attribute) => ({ ...attribute, ...override(attribute) })),
    ...custom.map((attribute) => ({
      AttributeDataType: 'String',
      DeveloperOnlyAttribute: false,
      Mutable: true,
      Required: false,
      ...attribute,
      Name: `custom:${attribute.Name}`,
    })),
  ]
}
