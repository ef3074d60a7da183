import { describe, expect, test } from '@jest/globals'
import { Routes } from '../../../../infra/local/apigateway/routes.ts'
import { type Resource, Stack } from '../../../../infra/local/cloudformation/stack.ts'
import { apiTemplate, method, place, resource } from '../support.ts'

function routesOf(resources: Parameters<typeof apiTemplate>[0]) {
  const stack = new Stack(apiTemplate(resources), place)
  return new Routes(stack, stack.resources('AWS::ApiGateway::RestApi')[0] as Resource)
}

describe('routes', () => {
  const routes = routesOf({
    GetRoot: method('root', 'GET'),
    Proxy: resource('root', '{proxy+}'),
    AnyProxy: method('Proxy', 'ANY'),
    AnyThings: method('Things', 'ANY'),
    Own: resource('Things', 'own'),
    GetOwn: method('Own', 'GET'),
    Thing: resource('Things', '{id}'),
    GetThing: method('Thing', 'GET'),
    PatchThing: method('Thing', 'PATCH'),
    ThingRest: resource('Thing', '{rest+}'),
    GetThingRest: method('ThingRest', 'GET'),
  })

  test.each<[string, string, string, Record<string, string> | null]>([
    ['GET /', '/', 'GET', null],
    ['POST /things', '/things', 'POST', null],
    ['POST /things/', '/things', 'POST', null],
    ['GET /things', '/things', 'ANY', null],
    ['GET /things/own', '/things/own', 'GET', null],
    ['PATCH /things/own', '/things/{id}', 'PATCH', { id: 'own' }],
    ['DELETE /things/own', '/{proxy+}', 'ANY', { proxy: 'things/own' }],
    ['GET /things/7', '/things/{id}', 'GET', { id: '7' }],
    ['GET /things/7/a/b', '/things/{id}/{rest+}', 'GET', { id: '7', rest: 'a/b' }],
    ['POST /things/7/a/b', '/{proxy+}', 'ANY', { proxy: 'things/7/a/b' }],
    ['GET /elsewhere', '/{proxy+}', 'ANY', { proxy: 'elsewhere' }],
  ])('%s matches the most specific resource with that method', (line, resourcePath, httpMethod, pathParameters) => {
    const [requestMethod = '', path = ''] = line.split(' ')
    const match = routes.find({ method: requestMethod, path })
    expect(match && [match.route.resourcePath, match.route.httpMethod, match.pathParameters]).toEqual([
      resourcePath,
      httpMethod,
      pathParameters,
    ])
  })

  test('match nothing if no resource has the method', () => {
    expect(routes.find({ method: 'PUT', path: '/' })).toBeUndefined()
    expect(routesOf({}).find({ method: 'POST', path: '/thing' })).toBeUndefined()
    expect(routesOf({}).find({ method: 'POST', path: '/THINGS' })).toBeUndefined()
  })

  test('{proxy+} does not match the root', () => {
    expect(routes.find({ method: 'DELETE', path: '/' })).toBeUndefined()
  })
})

test('a resource without a parent and a method without a resource are refused', () => {
  expect(() => routesOf({ Lost: resource('Nowhere', 'lost'), Nowhere: resource('Lost', 'x') })).toThrow('has no parent')
  expect(() => routesOf({ Lost: method('Key', 'GET'), Key: { Type: 'AWS::ApiGateway::ApiKey' } })).toThrow(
    'belongs to no resource',
  )
})
