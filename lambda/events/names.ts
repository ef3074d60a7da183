// The names by which rules find our events. The function's policy allows no others.

export const source = 'cognito-impersonation'
export const detailType = 'Impersonation changed'
