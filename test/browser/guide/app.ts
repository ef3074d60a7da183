// Stands for an app with aws-amplify. The tests call what is in `window.app`.

import {
  fetchAuthSession,
  fetchUserAttributes,
  getCurrentUser,
  signIn,
  signOut,
  updateUserAttributes,
} from 'aws-amplify/auth'

export const calls = { fetchAuthSession, fetchUserAttributes, getCurrentUser, signIn, signOut, updateUserAttributes }

export function startApp(): void {
  Object.assign(window, { app: calls })
}
