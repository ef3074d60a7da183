// The signing keys of the local user pools. All test files of a jest run share them, because making RSA keys is slow.

import { createPrivateKey, createPublicKey } from 'node:crypto'
import { type Keys, makeKeys } from '../../infra/local/cognito/keys.ts'

const variable = 'TEST_POOL_KEYS'

interface StoredKey {
  kid: string
  pem: string
}

/** Makes the keys for the test files of this jest run. */
export async function storePoolKeys(): Promise<void> {
  const { id, access } = await makeKeys()
  const store = ({ kid, privateKey }: Keys['id']): StoredKey => ({
    kid,
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  })
  process.env[variable] = JSON.stringify({ id: store(id), access: store(access) })
}

/** @returns the same keys in all test files; outside of jest, new keys */
export async function poolKeys(): Promise<Keys> {
  const stored = process.env[variable]
  if (stored === undefined) return makeKeys()
  const { id, access } = JSON.parse(stored) as { id: StoredKey; access: StoredKey }
  return { id: read(id), access: read(access) }
}

function read({ kid, pem }: StoredKey): Keys['id'] {
  const privateKey = createPrivateKey(pem)
  return { kid, privateKey, publicKey: createPublicKey(privateKey) }
}
