// The passwords of the demo people.

export const passwords = {
  olivia: 'Olivia-Local-1!',
  alice: 'Alice-Local-1!',
  audrey: 'Audrey-Local-1!',
  bob: 'Bob-Local-1!',
  root: 'Root-Local-1!',
  dora: 'Dora-Local-1!',
} as const

export type Person = keyof typeof passwords
