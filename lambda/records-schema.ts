// The names that the records table and the code which reads it share.

export const partitionKey = 'id'
export const timeToLive = 'expiresAt'
export const requestedAt = 'requestedAt'

/** Who was acted as. A record joins this index once Cognito has resolved its subject. */
export const bySubject = { indexName: 'by-subject', partitionKey: 'subjectSub' }

/** Who acted. */
export const byActor = { indexName: 'by-actor', partitionKey: 'actorSub' }

/** What both indexes show of a record, keys apart. Never the grant's hash. */
export const projected = [
  'state',
  'code',
  'reason',
  'actorSub',
  'actorUsername',
  'subjectAsked',
  'subjectSub',
  'subjectUsername',
  'clientId',
  'redeemedAt',
  'issuedAt',
  'refusedAt',
  'discardedAt',
  'endsAt',
  'sourceIp',
  'userAgent',
  'apiKeyId',
  'requestId',
]
