// Recipes that go wrong: the impersonated tokens are stored for the app's own client. The guide says why not.

import { Amplify } from 'aws-amplify'
import { decodeJWT } from 'aws-amplify/auth'
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito'
import { config } from '../guide/amplify-config.ts'
import { startApp } from '../guide/app.ts'

export interface Tokens {
  username: string
  accessToken: string
  idToken: string
}

Amplify.configure(config)
startApp()

const recipes = {
  /** As answers on the web have it: writes the keys that Amplify reads. */
  writeKeys({ username, accessToken, idToken }: Tokens) {
    const prefix = `CognitoIdentityServiceProvider.${config.Auth.Cognito.userPoolClientId}`
    localStorage.setItem(`${prefix}.LastAuthUser`, username)
    localStorage.setItem(`${prefix}.${username}.accessToken`, accessToken)
    localStorage.setItem(`${prefix}.${username}.idToken`, idToken)
  },
  /** By Amplify's own token store. */
  setTokens({ username, accessToken, idToken }: Tokens) {
    const tokens = { username, accessToken: decodeJWT(accessToken), idToken: decodeJWT(idToken), clockDrift: 0 }
    return cognitoUserPoolsTokenProvider.tokenOrchestrator.setTokens({ tokens })
  },
}

Object.assign(window, { recipes })
