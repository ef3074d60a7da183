// Settings with which an AWS SDK client reaches a service of the local run.

export function localAccess(region: string, endpoint: string) {
  return { region, endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
}
