// The demo of the local run in Chromium, end to end: the back office and the shop.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { openWorld, sessionMinutes, sessionOf, type World } from './support/world.ts'

let world: World
let context: BrowserContext
beforeAll(async () => {
  world = await openWorld()
})
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
  await shop.getByTestId('try-again').click()
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

test('no server got a ticket or a token in a URL', () => {
  expect(world.requests.filter(({ url }) => url.endsWith('/auth/session')).length).toBeGreaterThan(2)
  const urls = world.requests.flatMap(({ url, referer }) => [url, referer])
  expect(urls.filter((url) => /ticket|eyJ|[\w-]{40,}/.test(url))).toEqual([])
})
