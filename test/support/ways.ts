// The ways to a session: directly, or by a ticket.

export const ways = ['without a ticket', 'with a ticket'] as const
export type Way = (typeof ways)[number]
