// A placeholder.

export const handler = async () => ({
  statusCode: 503,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Impersonation-Error': 'Unavailable' },
  body: '{"status":"error","message":"not built yet"}',
})
