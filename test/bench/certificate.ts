// The self-signed TLS certificate of the stand-in server, made by openssl.

import { execFileSync } from 'node:child_process'

/**
 * @returns key and certificate in PEM, valid for a day.
 * @throws Error if openssl is not on PATH or fails.
 */
export function makeCertificate(hostnames: readonly string[]): { key: string; cert: string } {
  const names = hostnames.map((hostname) => `DNS:${hostname}`).join()
  const options = ['-newkey', 'rsa:2048', '-sha256', '-nodes', '-days', '1', '-subj', '/CN=stand-in']
  const args = ['req', '-x509', ...options, '-addext', `subjectAltName=${names}`, '-keyout', '-', '-out', '-']
  const pem = execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })
  const [key = '', cert = ''] = pem.match(/-----BEGIN [\s\S]+?-----END .+-----\n/g) ?? []
  return { key, cert }
}
