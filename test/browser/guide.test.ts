// The pages of infra/docs/front-end.md in Chromium, beside the browser's own sessions.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import type { calls } from './guide/app.ts'
import type { Impersonation } from './guide/impersonation.ts'
import type { Tokens } from './pages/naive.ts'
import { appClientId, openWorld, sessionMinutes, sessionOf, type World } from './support/world.ts'

let world: World
let context: BrowserContext
beforeAll(async () => {
  world = await openWorld()
  // On a busy machine, bundling the stack and starting Chromium took more than a minute.
}, 180_000)
afterAll(() => world?.close())
beforeEach(async () => {
  context = await world.browser.newContext()
})
afterEach(() => context?.close())

declare global {
  interface Window {
    /** By pages/ and guide/app.ts. */
    app: typeof calls
    recipes: Record<'writeKeys' | 'setTokens', (tokens: Tokens) => Promise<void> | void>
  }
}

/** Opens the page as the back office does. */
async function openImpersonation(path = '/impersonate', fragment?: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(world.origin + path + (fragment ?? (await world.prepare())))
  await page.locator('#stop').waitFor()
  return page
}

/** Signs somebody in with the app's own client. Amplify stores that in localStorage. */
async function signIn(username: string, password: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${world.origin}/`)
  await page.evaluate(([username, password]) => window.app.signIn({ username, password }), [
    username,
    password,
  ] as const)
  return page
}

/** The session that Amplify holds. @param forceRefresh asks Cognito for new tokens */
function amplifySession(page: Page, forceRefresh = false) {
  return page.evaluate(async (forceRefresh) => {
    const { tokens } = await window.app.fetchAuthSession({ forceRefresh })
    return tokens && { username: tokens.accessToken.payload.username, act: tokens.accessToken.payload.act }
  }, forceRefresh)
}

const localStorageOf = (page: Page) => page.evaluate(() => ({ ...localStorage }))
/** Where Amplify stores the session of the app's own client. */
const keyPrefix = `CognitoIdentityServiceProvider.${appClientId}`
const actedBy = { sub: expect.any(String) }
const people = [
  ['alice, the subject', 'alice', 'Alice-Local-1!'],
  ['olivia, the actor', 'olivia', 'Olivia-Local-1!'],
] as const

describe.each(['/impersonate', '/fetch/impersonate'])('%s', (path) => {
  test('shows who acts as whom, and the time left', async () => {
    const page = await openImpersonation(path)
    expect(await page.locator('#banner').innerText()).toMatch(
      /^olivia is acting as alice\. Time left: [45]:\d\d\s+Stop$/,
    )
  })

  test('takes the ticket out of the address bar and the history', async () => {
    const page = await openImpersonation(path)
    expect(page.url()).toBe(world.origin + path)
    await page.goto('about:blank')
    await page.goBack()
    expect(page.url()).toBe(world.origin + path)
  })

  test('takes a refused ticket out of the address bar too, and says that it is refused', async () => {
    const page = await context.newPage()
    await page.goto(`${world.origin}${path}#ticket=used&actor=olivia`)
    await page.getByText(/ticket/i).waitFor()
    expect(page.url()).toBe(world.origin + path)
    expect(await page.locator('#banner').isVisible()).toBe(false)
  })

  test('keeps the session over a reload, for this tab only', async () => {
    const page = await openImpersonation(path)
    await page.reload()
    await page.locator('#stop').waitFor()
    const other = await context.newPage()
    await other.goto(world.origin + path)
    await other.getByText('Nobody is acting here.').waitFor()
    expect(await localStorageOf(page)).toEqual({})
  })

  test('shows the banner in a copy of the tab too', async () => {
    const page = await openImpersonation(path)
    const [copy] = await Promise.all([context.waitForEvent('page'), page.evaluate(() => void open(location.href))])
    await copy.locator('#stop').waitFor()
  })

  test('shows no session of an earlier ticket when a ticket is refused', async () => {
    const page = await openImpersonation(path)
    await page.goto('about:blank')
    await page.goto(`${world.origin}${path}#ticket=used`)
    await page.getByText(/ticket/i).waitFor()
    expect(await sessionOf(page)).toBeNull()
  })

  test.each(people)('Stop ends the session at introspection, and leaves that of %s', async (_, username, password) => {
    const own = await signIn(username, password)
    const before = await localStorageOf(own)
    const page = await openImpersonation(path)
    const session = await sessionOf(page)
    const token = String(session?.accessToken)
    expect(await world.introspect(token)).toMatchObject({ active: true, username: 'alice', act: actedBy })
    await page.locator('#stop').click()
    await page.getByText('Nobody is acting here.').waitFor()
    expect(await world.introspect(token)).toEqual({ active: false })
    expect(await sessionOf(page)).toBeNull()
    expect(await localStorageOf(own)).toEqual(before)
    expect(await amplifySession(own, true)).toEqual({ username })
  })

  test('a Stop that fails says so, and can be tried again', async () => {
    const page = await openImpersonation(path)
    const answer = { status: 503, headers: { 'Access-Control-Allow-Origin': '*' } }
    await page.route('**/auth/impersonations/*', (route) => route.fulfill(answer), { times: 1 })
    await page.locator('#stop').click()
    await page.getByText('could not be ended').waitFor()
    await page.locator('#stop').click()
    await page.getByText('Nobody is acting here.').waitFor()
  })

  test.each(people)(
    'ends by itself when the time is up, and leaves the session of %s',
    async (_, username, password) => {
      const own = await signIn(username, password)
      const before = await localStorageOf(own)
      await context.clock.install()
      const page = await openImpersonation(path)
      const requests = world.requests.length
      await page.clock.fastForward(sessionMinutes * 60_000)
      await page.getByText('Nobody is acting here.').waitFor()
      expect(await sessionOf(page)).toBeNull()
      expect(world.requests.slice(requests).filter(({ origin, target }) => origin && target)).toEqual([])
      expect(await localStorageOf(own)).toEqual(before)
      expect(await amplifySession(own, true)).toEqual({ username })
    },
  )
})

describe('/impersonate with Amplify', () => {
  test('gives the app the tokens that name the actor, and never refreshes them', async () => {
    await signIn('alice', 'Alice-Local-1!')
    const page = await openImpersonation()
    expect(await amplifySession(page)).toEqual({ username: 'alice', act: actedBy })
    expect(await amplifySession(page, true)).toEqual({ username: 'alice', act: actedBy })
    expect(await page.evaluate(() => window.app.getCurrentUser())).toMatchObject({ username: 'alice' })
  })

  test('has no tokens from the moment the time is up, before the page has left', async () => {
    await signIn('alice', 'Alice-Local-1!')
    const page = await openImpersonation()
    await page.evaluate(
      (end) => {
        Date.now = () => end
      },
      (await sessionOf(page))?.endsAt ?? 0,
    )
    expect(await amplifySession(page)).toBeUndefined()
  })

  test('lets nobody read or change the account at Cognito', async () => {
    const page = await openImpersonation()
    const names = page.evaluate(() => {
      const userAttributes = { email: 'olivia@example.com' }
      const attempts = [window.app.fetchUserAttributes(), window.app.updateUserAttributes({ userAttributes })]
      return Promise.all(
        attempts.map((attempt) =>
          attempt.then(
            () => 'done',
            (error: Error) => error.name,
          ),
        ),
      )
    })
    expect(await names).toEqual(['NotAuthorizedException', 'NotAuthorizedException'])
  })

  test('goes on when the browser’s own session signs out or in, in another tab', async () => {
    const own = await signIn('alice', 'Alice-Local-1!')
    const page = await openImpersonation()
    await own.evaluate(() => window.app.signOut())
    const noticed = page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          addEventListener('storage', ({ key, newValue }) => {
            if (newValue && key?.endsWith('.olivia.refreshToken')) resolve()
          })
        }),
    )
    await signIn('olivia', 'Olivia-Local-1!')
    await noticed
    expect(await amplifySession(page)).toEqual({ username: 'alice', act: actedBy })
    expect(await page.locator('#stop').isVisible()).toBe(true)
  })

  test('stops when the app signs out', async () => {
    const own = await signIn('alice', 'Alice-Local-1!')
    const page = await openImpersonation()
    const token = String((await sessionOf(page))?.accessToken)
    await page.evaluate(() => window.app.signOut())
    await page.getByText('Nobody is acting here.').waitFor()
    expect(await world.introspect(token)).toEqual({ active: false })
    expect(await amplifySession(own, true)).toEqual({ username: 'alice' })
  })

  test('does not end the browser’s managed login when the app signs out', async () => {
    const own = await signIn('alice', 'Alice-Local-1!')
    // As after a sign-in at the managed login.
    await own.evaluate((key) => localStorage.setItem(key, 'true,false'), `${keyPrefix}.oauthSignIn`)
    const page = await openImpersonation()
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await page.evaluate(() => window.app.signOut())
    await page.getByText('Nobody is acting here.').waitFor()
    expect(requests.filter((url) => url.includes('login.example.com'))).toEqual([])
  })
})

describe('/impersonate with fetch', () => {
  test('shows what the API answers', async () => {
    const page = await openImpersonation('/fetch/impersonate')
    await page.getByText('The account of alice').waitFor()
  })

  test('leaves when the API refuses the session, since somebody else has ended it', async () => {
    const page = await openImpersonation('/fetch/impersonate')
    const { id, idToken } = (await sessionOf(page)) as Impersonation
    await world.end(id, idToken)
    await page.reload()
    await page.getByText('Nobody is acting here.').waitFor()
    expect(await sessionOf(page)).toBeNull()
  })
})

describe('the recipes that the guide warns of', () => {
  /** Stores impersonated tokens for the app's own client, where alice has signed in. */
  async function follow(recipe: keyof Window['recipes']): Promise<Page> {
    await context.clock.install()
    await signIn('alice', 'Alice-Local-1!')
    const { idToken = '', accessToken = '' } = (await sessionOf(await openImpersonation())) ?? {}
    const page = await context.newPage()
    await page.goto(`${world.origin}/naive`)
    await page.evaluate(([recipe, tokens]) => window.recipes[recipe](tokens), [
      recipe,
      { username: 'alice', idToken, accessToken },
    ] as const)
    expect(await amplifySession(page)).toEqual({ username: 'alice', act: actedBy })
    return page
  }

  test('keys in localStorage: when the time is up, Amplify goes on with alice’s real session, without `act`', async () => {
    const page = await follow('writeKeys')
    await page.clock.fastForward(sessionMinutes * 60_000)
    expect(await amplifySession(page)).toEqual({ username: 'alice' })
    const attributes = await page.evaluate(() => window.app.fetchUserAttributes())
    expect(attributes).toMatchObject({ email: 'alice@example.com' })
  })

  test('setTokens: alice’s own session is gone', async () => {
    const page = await follow('setTokens')
    const keys = Object.keys(await localStorageOf(page))
    expect(keys.filter((key) => key.endsWith('.refreshToken'))).toEqual([])
  })
})

test('no server got a ticket or a token in a URL', () => {
  expect(world.requests.filter(({ url }) => url.endsWith('/auth/session')).length).toBeGreaterThan(10)
  const urls = world.requests.flatMap(({ url, referer }) => [url, referer])
  expect(urls.filter((url) => /ticket|eyJ|[\w-]{40,}/.test(url))).toEqual([])
})
