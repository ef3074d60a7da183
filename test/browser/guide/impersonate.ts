// The page /impersonate of an app with aws-amplify.

import { Amplify } from 'aws-amplify'
import { decodeJWT } from 'aws-amplify/auth'
import { Hub } from 'aws-amplify/utils'
import { config } from './amplify-config.ts'
import { startApp } from './app.ts'
import { showBanner, showError } from './banner.ts'
import { current, start, stop } from './impersonation.ts' // first: it takes the ticket out of the address bar

/** Gives Amplify the tokens of this tab, until they end. Never refreshes, and never reads the browser's other sessions. */
const tokenProvider = {
  async getTokens() {
    const session = current()
    return session && { accessToken: decodeJWT(session.accessToken), idToken: decodeJWT(session.idToken) }
  },
}

// The app's own "sign out" is Stop here.
Hub.listen('auth', ({ payload }) => {
  if (payload.event === 'signedOut') stop().catch(showError)
})

async function open() {
  const session = await start()
  const { userPoolId, userPoolEndpoint } = config.Auth.Cognito
  // Not `loginWith`: signing out must not go to the managed login, where the browser may have a session of its own.
  const Cognito = { userPoolId, userPoolEndpoint, userPoolClientId: session.clientId }
  Amplify.configure({ ...config, Auth: { Cognito } }, { Auth: { tokenProvider } })
  showBanner(session)
  startApp()
}

open().catch(showError)
