// The browser types that the generated client names. Node.js has no such types.

type HeadersInit = any
type BodyInit = NonNullable<RequestInit['body']>
declare const document: undefined
