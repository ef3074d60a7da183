// Event patterns of EventBridge, which Lambda's filters also use. Knows the comparisons below, and refuses others.
// Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html

type Pattern = { [field: string]: Pattern | unknown[] }

/** @throws Error naming a comparison that the local run does not know */
export function matches(pattern: unknown, event: unknown): boolean {
  return Object.entries(pattern as Pattern).every(([field, expected]) => {
    const value = isFields(event) ? event[field] : undefined
    return Array.isArray(expected) ? matchesAny(expected, value) : matches(expected, value)
  })
}

/** A field that is a list matches if one of its items does. */
function matchesAny(expected: unknown[], value: unknown): boolean {
  const values = Array.isArray(value) ? value : [value]
  return expected.some((comparison) => values.some((each) => compare(comparison, each)))
}

function compare(comparison: unknown, value: unknown): boolean {
  if (!isFields(comparison)) return comparison === value
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(comparison)
  if (more.length > 0) throw new Error(`event pattern: the local run does not know ${JSON.stringify(comparison)}`)
  switch (operator) {
    case 'exists':
      // Only of a leaf.
      return !isFields(value) && (value !== undefined) === operand
    case 'prefix':
      return typeof value === 'string' && typeof operand === 'string' && value.startsWith(operand)
    case 'anything-but':
      return value !== undefined && ![operand].flat().includes(value)
    default:
      throw new Error(`event pattern: the local run does not know ${operator}`)
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
