// The settings of an AWS SDK client for a service of the local run.

export function localAccess(region: string, endpoint: string) {
  return { region, endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
}
