// A certificate that signs itself, for the stand-in: the functions speak TLS, as they do on AWS. RFC 5280 §4.1.

import { generateKeyPairSync, sign } from 'node:crypto'

/** @returns PEM, good for an hour */
export function makeCertificate(hostnames: readonly string[]): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const algorithm = sequence(oid('2a864886f70d01010b'), tagged(0x05)) // sha256WithRSAEncryption
  const name = sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from('stand-in')))))
  const alternativeNames = sequence(...hostnames.map((hostname) => tagged(0x82, Buffer.from(hostname))))
  const body = sequence(
    tagged(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    sequence(time(Date.now() - 60_000), time(Date.now() + 3_600_000)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(sequence(oid('551d11'), tagged(0x04, alternativeNames)))),
  )
  const signature = tagged(0x03, Buffer.from([0]), sign('RSA-SHA256', body, privateKey))
  const base64 = sequence(body, algorithm, signature).toString('base64')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

/** DER: X.690 §8.1 */
function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: Buffer[]) => tagged(0x30, ...parts)
const oid = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'))
const integer = (value: number) => tagged(0x02, Buffer.from([value]))
const time = (ms: number) =>
  tagged(
    0x17,
    Buffer.from(
      `${new Date(ms)
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  )
