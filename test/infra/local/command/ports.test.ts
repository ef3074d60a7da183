import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkPorts, readPort } from '../../../../infra/local/command/ports.ts'

describe('a port', () => {
  test.each([
    [undefined, 3000],
    ['', 3000],
    ['0', 0],
    ['8080', 8080],
    ['65535', 65_535],
  ])('of %j is %d', (value, port) => {
    expect(readPort({ PORT: value }, 'PORT', 3000)).toBe(port)
  })

  test.each(['x', '-1', '65536', '80.5', '0x50', ' 80'])('of %j is an error that names the variable', (value) => {
    expect(() => readPort({ PORT: value }, 'PORT', 3000)).toThrow(`PORT is "${value}"`)
  })
})

describe('ports', () => {
  let server: Server
  beforeEach(async () => {
    server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => new Promise((resolve) => server.close(resolve)))
  const taken = () => (server.address() as AddressInfo).port

  test('that are free may be had, and are free afterwards', async () => {
    const free = taken()
    await new Promise((resolve) => server.close(resolve))
    await checkPorts({ PORT: free, COGNITO_PORT: 0 })
    await checkPorts({ PORT: free, COGNITO_PORT: 0 })
  })

  test('of which one is taken are an error that names the variable', async () => {
    await expect(checkPorts({ PORT: 0, COGNITO_PORT: taken() })).rejects.toThrow(
      `port ${taken()} is taken; choose another with COGNITO_PORT`,
    )
  })

  test('that are the same are an error', async () => {
    const port = taken()
    await new Promise((resolve) => server.close(resolve))
    await expect(checkPorts({ PORT: port, COGNITO_PORT: port })).rejects.toThrow('COGNITO_PORT=0')
  })
})
