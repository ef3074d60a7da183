// The demo of the local run in Chromium, end to end: the back office and the shop.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { BrowserContext, Page, Route } from 'playwright-core'
import { openWorld, sessionMinutes, sessionOf, type World } from './support/world.ts'

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

async function signIn(url: string, username: string, password: string, inContext = context): Promise<Page> {
  const page = await inContext.newPage()
  await page.goto(url)
  await page.getByTestId('username').fill(username)
  await page.getByTestId('password').fill(password)
  await page.getByTestId('sign-in-button').click()
  await page.getByTestId('signed-in-as').getByText(username).waitFor()
  return page
}

const openBackOffice = () => signIn(world.demo.backOfficeUrl, 'olivia', 'Olivia-Local-1!')

/** Asks to act as alice. @returns the tab that opens */
async function actAsAlice(backOffice: Page): Promise<Page> {
  await backOffice.getByTestId('subject').fill('alice')
  await backOffice.getByTestId('reason').fill('ticket 42')
  const [shop] = await Promise.all([context.waitForEvent('page'), backOffice.getByTestId('act-as-button').click()])
  await shop.getByTestId('stop').waitFor()
  return shop
}

/** The newest impersonation in the list of the page. */
const newest = (page: Page) => page.getByTestId('impersonation').first()

/** The page then gets its lists again. */
const showAgain = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))

/** Waits until the page has dealt with the answers that it has: this one comes after them. */
const handled = (page: Page) => page.evaluate(async () => (await fetch('/config')).text())

test('olivia acts as alice, sees the banner, and stops', async () => {
  const backOffice = await openBackOffice()
  const shop = await actAsAlice(backOffice)
  expect(await shop.getByTestId('banner').innerText()).toMatch(/olivia.*acting as alice/s)
  expect(await shop.getByTestId('time-left').innerText()).toMatch(/^0[45]:\d\d$/)
  expect(shop.url()).toBe(`${world.demo.shopUrl}impersonate`)
  await newest(backOffice).getByText('live').waitFor()

  const token = String((await sessionOf(shop))?.accessToken)
  expect(await world.introspect(token)).toMatchObject({ active: true, username: 'alice' })
  await shop.getByTestId('stop').click()
  await shop.getByTestId('over').waitFor()
  expect(await shop.getByTestId('account').isVisible()).toBe(false)
  expect(await sessionOf(shop)).toBeNull()
  expect(await world.introspect(token)).toEqual({ active: false })
  await newest(backOffice).getByText('ended').waitFor()
})

test('the session ends by itself when the time is up', async () => {
  await context.clock.install()
  const shop = await actAsAlice(await openBackOffice())
  await shop.clock.fastForward(sessionMinutes * 60_000)
  await shop.getByTestId('over').waitFor()
  expect(await shop.getByTestId('account').isVisible()).toBe(false)
  expect(await sessionOf(shop)).toBeNull()
})

test.each([
  ['that the time is up', 200, (shop: Page) => shop.clock.fastForward(sessionMinutes * 60_000), 'The time is up'],
  ['that olivia stopped', 401, (shop: Page) => shop.getByTestId('stop').click(), 'You stopped'],
] as const)('the page still says %s after a late answer with status %i', async (_, status, end, title) => {
  await context.clock.install()
  const shop = await actAsAlice(await openBackOffice())
  await shop.getByTestId('account').waitFor()
  const late: Route[] = []
  await shop.route('**/orders', (route) => late.push(route))
  await Promise.all([shop.waitForRequest('**/orders'), shop.clock.fastForward(5_000)])
  await end(shop)
  await shop.getByText(title).waitFor()
  expect(late).not.toHaveLength(0)
  for (const route of late) await route.fulfill({ status, json: { orders: [] } })
  await handled(shop)
  expect(await shop.getByTestId('account').isVisible()).toBe(false)
  expect(await shop.getByText(title).isVisible()).toBe(true)
})

test('alice sees who acts as her, and ends it', async () => {
  const shop = await actAsAlice(await openBackOffice())
  const token = String((await sessionOf(shop))?.accessToken)
  const own = await signIn(world.demo.shopUrl, 'alice', 'Alice-Local-1!')
  await newest(own).getByText('olivia').first().waitFor()
  await newest(own).getByTestId('end').click()
  await newest(own).getByText('ended').waitFor()
  expect(await world.introspect(token)).toEqual({ active: false })
  // The shop's page asks the shop's API, which asks introspection.
  await shop.getByTestId('over').waitFor()
  expect(await own.getByTestId('signed-in-as').innerText()).toBe('alice')
})

test('olivia waits for audrey’s approval before she acts as victor', async () => {
  const backOffice = await openBackOffice()
  await backOffice.getByTestId('subject').fill('victor')
  await backOffice.getByTestId('act-as-button').click()
  await newest(backOffice).getByText('needs approval').waitFor()
  expect(context.pages()).toEqual([backOffice])
  // Olivia does not see the list of impersonations that wait for approval.
  expect(await backOffice.getByTestId('approvals').isVisible()).toBe(false)

  const [shop] = await Promise.all([context.waitForEvent('page'), backOffice.getByTestId('open-shop').click()])
  await shop.getByTestId('try-again').waitFor()
  expect(await shop.getByTestId('over-title').innerText()).toBe('This needs approval')
  expect(await shop.getByTestId('account').isVisible()).toBe(false)
  // The button is there before the answer, too.
  await Promise.all([shop.waitForResponse('**/auth/session'), shop.getByTestId('try-again').click()])
  await shop.getByTestId('try-again').waitFor()

  const others = await world.browser.newContext()
  try {
    const audreys = await signIn(world.demo.backOfficeUrl, 'audrey', 'Audrey-Local-1!', others)
    const waiting = audreys.getByTestId('waiting').getByTestId('impersonation')
    await waiting.getByText('olivia as victor').waitFor()
    await waiting.getByTestId('approve').click()
    await audreys.getByTestId('nothing-waiting').waitFor()
  } finally {
    await others.close()
  }
  await newest(backOffice).getByText('approved by audrey').waitFor()

  await shop.getByTestId('try-again').click()
  await shop.getByTestId('stop').waitFor()
  expect(await shop.getByTestId('banner').innerText()).toMatch(/olivia.*acting as victor/s)
  await shop.getByTestId('stop').click()
  await shop.getByTestId('over').waitFor()
  expect(await shop.getByTestId('try-again').isVisible()).toBe(false)
})

test('the link that waits for approval stays while olivia acts as alice, and goes when it is used up', async () => {
  const backOffice = await openBackOffice()
  await backOffice.getByTestId('subject').fill('victor')
  await backOffice.getByTestId('act-as-button').click()
  const link = backOffice.getByText('open the shop as victor')
  await link.waitFor()
  await actAsAlice(backOffice)
  await newest(backOffice).getByText('live').waitFor()
  expect(await backOffice.getByTestId('open-shop').allInnerTexts()).toEqual(['open the shop as victor'])
  await backOffice.getByRole('button', { name: 'End: olivia as victor' }).first().click()
  await link.waitFor({ state: 'detached' })
})

test('a limit says when to try again, and what olivia typed stays', async () => {
  const backOffice = await openBackOffice()
  const send = backOffice.getByTestId('act-as-button')
  await backOffice.getByTestId('subject').fill('alice')
  await backOffice.getByTestId('reason').fill('ticket 42')
  for (const [retryAfter, when] of [
    ['26', /^Too many impersonations, try again in 26 seconds\.$/],
    ['1', /in 1 second\.$/],
    ['3000', /^Too many impersonations, try again at \d\d:\d\d\.$/],
    [undefined, /^Too many impersonations, try again later\.$/],
  ] as const) {
    const json = { message: 'too many impersonations, try again later', retryAfter }
    await backOffice.route('**/impersonations', (route) =>
      // The page also gets its list there, every few seconds.
      route.request().method() === 'POST' ? route.fulfill({ status: 429, json }) : route.continue(),
    )
    // By keyboard: the button keeps the focus, so that a second press tries again.
    await send.focus()
    await backOffice.keyboard.press('Enter')
    await backOffice.getByTestId('act-as-message').getByText(when).waitFor()
    expect(await send.evaluate((button) => button === document.activeElement)).toBe(true)
  }
  expect(await backOffice.getByTestId('subject').inputValue()).toBe('alice')
  expect(await backOffice.getByTestId('reason').inputValue()).toBe('ticket 42')
})

test('a sign-in that does not suffice asks for a new one, once, and what olivia typed stays', async () => {
  await context.clock.install()
  const backOffice = await openBackOffice()
  await backOffice.getByTestId('subject').fill('alice')
  await backOffice.getByTestId('reason').fill('ticket 42')
  let refused = 0
  await backOffice.route('**/impersonations', (route) => {
    // The page also gets its list there, every few seconds. All is refused from the first POST on.
    if (refused === 0 && route.request().method() !== 'POST') return route.continue()
    refused++
    return route.fulfill({
      status: 401,
      json: { message: 'Authorization: the sign-in is too long ago, sign in again' },
    })
  })
  await backOffice.getByTestId('act-as-button').click()
  await backOffice.getByText('The sign-in is too long ago, sign in again.').first().waitFor()
  expect(await backOffice.getByTestId('act-as').isVisible()).toBe(false)
  expect(await backOffice.getByTestId('impersonations').isVisible()).toBe(false)
  expect(await backOffice.getByTestId('username').inputValue()).toBe('olivia')
  const before = refused
  await showAgain(backOffice)
  await backOffice.clock.fastForward(20_000)
  await backOffice.getByTestId('password').fill('wrong')
  await backOffice.getByTestId('sign-in-button').click()
  await backOffice.getByText('Cognito refuses this name and password.').waitFor()
  expect(refused).toBe(before)

  await backOffice.unroute('**/impersonations')
  await backOffice.getByTestId('password').fill('Olivia-Local-1!')
  await backOffice.keyboard.press('Enter')
  await backOffice.getByTestId('act-as').waitFor()
  expect(await backOffice.getByTestId('act-as-message').innerText()).toBe('')
  expect(await backOffice.getByTestId('reason').inputValue()).toBe('ticket 42')
})

test('another person who signs in on the same page sees nothing that olivia typed', async () => {
  const backOffice = await openBackOffice()
  await backOffice.getByTestId('reason').fill('ticket 42')
  await context.clearCookies()
  await showAgain(backOffice)
  await backOffice.getByText('Please sign in.').waitFor()
  await backOffice.getByTestId('username').fill('audrey')
  await backOffice.getByTestId('password').fill('Audrey-Local-1!')
  await backOffice.getByTestId('sign-in-button').click()
  await backOffice.getByTestId('signed-in-as').getByText('audrey').waitFor()
  expect(await backOffice.getByTestId('reason').inputValue()).toBe('')
})

test('audrey sees why she cannot approve', async () => {
  const backOffice = await openBackOffice()
  await backOffice.getByTestId('subject').fill('victor')
  await backOffice.getByTestId('act-as-button').click()
  await newest(backOffice).getByText('needs approval').waitFor()
  const others = await world.browser.newContext()
  try {
    const audreys = await signIn(world.demo.backOfficeUrl, 'audrey', 'Audrey-Local-1!', others)
    await audreys.getByTestId('approve').waitFor()
    // Olivia ends it just before audrey presses the button.
    await audreys.route('**/approvals/*', async (route) => {
      await newest(backOffice).getByTestId('end').click()
      await newest(backOffice).getByText('ended').waitFor()
      await route.continue()
    })
    await audreys.getByTestId('approve').click()
    await audreys.getByRole('alert').getByText('olivia as victor: This impersonation').waitFor()
    // The list comes after the message.
    await audreys.getByTestId('nothing-waiting').waitFor()
  } finally {
    await others.close()
  }
})

test('a list that arrives after a newer one is not shown', async () => {
  const backOffice = await openBackOffice()
  const older: Route[] = []
  await backOffice.route('**/impersonations', (route) => older.push(route), { times: 1 })
  await Promise.all([backOffice.waitForRequest('**/impersonations'), showAgain(backOffice)])
  await Promise.all([backOffice.waitForResponse('**/impersonations'), showAgain(backOffice)])
  const [actor, subject] = [{ username: 'olivia' }, { username: 'old' }]
  expect(older).not.toHaveLength(0)
  for (const route of older)
    await route.fulfill({ json: { impersonations: [{ id: '1', state: 'issued', live: true, actor, subject }] } })
  await handled(backOffice)
  expect(await backOffice.getByText('olivia as old').count()).toBe(0)
})

test('a list that arrives when the page asks for a sign-in is not shown', async () => {
  const audreys = await signIn(world.demo.backOfficeUrl, 'audrey', 'Audrey-Local-1!')
  await audreys.getByTestId('approvals').waitFor()
  const late: Route[] = []
  await audreys.route('**/approvals', (route) => late.push(route))
  await audreys.route('**/impersonations', (route) =>
    route.fulfill({ status: 401, json: { message: 'Please sign in.' } }),
  )
  await Promise.all([audreys.waitForRequest('**/approvals'), showAgain(audreys)])
  await audreys.getByTestId('sign-in-button').waitFor()
  expect(late).not.toHaveLength(0)
  for (const route of late) await route.fulfill({ json: { impersonations: [] } })
  await handled(audreys)
  expect(await audreys.getByTestId('approvals').isVisible()).toBe(false)
})

test('no server got a ticket or a token in a URL', () => {
  expect(world.requests.filter(({ url }) => url.endsWith('/auth/session')).length).toBeGreaterThan(2)
  const urls = world.requests.flatMap(({ url, referer }) => [url, referer])
  expect(urls.filter((url) => /ticket|eyJ|[\w-]{40,}/.test(url))).toEqual([])
})
