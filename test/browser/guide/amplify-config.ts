// Stands for the configuration that the app has anyway. The tests fill in the local run.

declare const TEST_CONFIG: { userPoolId: string; userPoolClientId: string; userPoolEndpoint: string }

/** Cognito's managed login. Nothing is there. */
const oauth = {
  domain: 'login.example.com',
  scopes: ['openid'],
  redirectSignIn: [`${location.origin}/`],
  redirectSignOut: [`${location.origin}/`],
  responseType: 'code' as const,
}

export const config = { Auth: { Cognito: { ...TEST_CONFIG, loginWith: { oauth } } } }
