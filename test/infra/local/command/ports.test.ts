import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkPorts, readDemoPorts, readPort } from '../../../../infra/local/command/ports.ts'
import { listen } from '../../../../infra/local/listen.ts'

describe('readPort', () => {
  test.each([
    [undefined, 3000],
    ['', 3000],
    ['0', 0],
    ['8080', 8080],
    ['65535', 65_535],
  ])('reads %j as %d', (value, port) => {
    expect(readPort({ PORT: value }, 'PORT', 3000)).toBe(port)
  })

  test.each(['x', '-1', '65536', '80.5', '0x50', ' 80'])(
    'rejects %j with an error that names the variable',
    (value) => {
      expect(() => readPort({ PORT: value }, 'PORT', 3000)).toThrow(`PORT is "${value}"`)
    },
  )
})

describe('readDemoPorts', () => {
  test.each([
    [{}, 3000, { backOffice: 3001, shop: 3002 }],
    [{}, 0, { backOffice: 0, shop: 0 }],
    [{}, 65_534, { backOffice: 65_535, shop: 0 }],
    [{ BACK_OFFICE_PORT: '8081', SHOP_PORT: '0' }, 3000, { backOffice: 8081, shop: 0 }],
  ])('reads %j beside the API’s port %d as %j', (env, apiPort, ports) => {
    expect(readDemoPorts(env, apiPort)).toEqual(ports)
  })
})

describe('checkPorts', () => {
  let server: Server
  beforeEach(async () => {
    server = createServer()
    await listen(server)
  })
  afterEach(() => new Promise((resolve) => server.close(resolve)))
  const portOfServer = () => (server.address() as AddressInfo).port

  test('accepts free ports, and leaves them free', async () => {
    const port = portOfServer()
    await new Promise((resolve) => server.close(resolve))
    await checkPorts({ PORT: port, COGNITO_PORT: 0 })
    await checkPorts({ PORT: port, COGNITO_PORT: 0 })
  })

  test('rejects a taken port with an error that names the variable', async () => {
    await expect(checkPorts({ PORT: 0, COGNITO_PORT: portOfServer() })).rejects.toThrow(
      `port ${portOfServer()} is taken; choose another with COGNITO_PORT`,
    )
  })

  test('rejects the same port for two variables', async () => {
    const port = portOfServer()
    await new Promise((resolve) => server.close(resolve))
    await expect(checkPorts({ PORT: port, COGNITO_PORT: port })).rejects.toThrow('COGNITO_PORT=0')
  })
})
