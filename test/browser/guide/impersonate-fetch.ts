// The page /impersonate of an app that calls its API by fetch.

import { showBanner, showError } from './banner.ts'
import { current, leave, start } from './impersonation.ts' // first: it takes the ticket out of the address bar

/** Calls the app's API. It answers 401 when somebody else has ended the session. */
export async function callApi(path: string): Promise<unknown> {
  const response = await fetch(path, { headers: { Authorization: `Bearer ${current()?.accessToken}` } })
  if (response.status === 401) leave()
  if (!response.ok) throw new Error(`${path} answers ${response.status}`)
  return response.json()
}

async function open() {
  showBanner(await start())
  // your app, for example:
  const { username } = (await callApi('/me')) as { username: string }
  document.getElementById('app')?.append(`The account of ${username}`)
}

open().catch(showError)
