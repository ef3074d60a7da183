// Replaces the package `level` in the npm package. dynalite needs it only for a database on disk.

export const Level = undefined
