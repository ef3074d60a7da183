// The signing keys of the tests. All test files of a jest run share them, because making RSA keys is slow.

import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { type Keys, makeKeys } from '../../infra/local/cognito/keys.ts'

const variable = 'TEST_KEYS'

const generate = promisify(generateKeyPair)

async function makePem(modulusLength: number): Promise<string> {
  const { privateKey } = await generate('rsa', { modulusLength })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** The keys of the local pools, of the pools in memory (small keys are fast), and of tokens.ts. */
const sizes = { pool: [2048, 2048], memoryPool: [1024, 1024], tokens: [2048, 2048, 2048] }

type Owner = keyof typeof sizes

/** Makes the keys for the test files of this jest run. */
export async function storeKeys(): Promise<void> {
  const owners = Object.entries(sizes).map(async ([owner, all]) => [owner, await Promise.all(all.map(makePem))])
  process.env[variable] = JSON.stringify(Object.fromEntries(await Promise.all(owners)))
}

/** @returns the same private keys in all test files. Outside of jest, none. */
export function storedKeys(owner: Owner): KeyObject[] {
  const stored = JSON.parse(process.env[variable] ?? '{}') as Partial<Record<Owner, string[]>>
  return (stored[owner] ?? []).map((pem) => createPrivateKey(pem))
}

/** @returns the same keys for each pool. Outside of jest, new keys. */
export async function poolKeys(owner: 'pool' | 'memoryPool' = 'pool'): Promise<Keys> {
  const [id, access] = storedKeys(owner)
  return id && access ? { id: named(id), access: named(access) } : makeKeys()
}

function named(privateKey: KeyObject): Keys['id'] {
  return { kid: randomBytes(32).toString('base64'), privateKey, publicKey: createPublicKey(privateKey) }
}
