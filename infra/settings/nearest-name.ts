// Finds the name that a misspelt one probably means.

/** @returns the name with the fewest changed letters, or undefined if more than a third of the letters differ */
export function nearestName(misspelt: string, names: readonly string[]): string | undefined {
  const nearest = names
    .map((name) => ({ name, changes: changesBetween(misspelt.toLowerCase(), name.toLowerCase()) }))
    .reduce((best, next) => (next.changes < best.changes ? next : best))
  return nearest.changes <= nearest.name.length / 3 ? nearest.name : undefined
}

/** The Levenshtein distance: how many letters must be added, removed or replaced. */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...to].entries()) {
      const [diagonal = 0, above = 0] = [row[column], row[column + 1]]
      next.push(Math.min(diagonal + (letter === other ? 0 : 1), above + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
