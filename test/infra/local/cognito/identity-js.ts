// Runs amazon-cognito-identity-js in a worker: inside jest's module system its arithmetic takes seconds.
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import {
  AuthenticationDetails,
  CognitoAccessToken,
  CognitoIdToken,
  CognitoRefreshToken,
  CognitoUser,
  CognitoUserPool,
  CognitoUserSession,
} from 'amazon-cognito-identity-js'

export interface Task {
  endpoint: string
  poolId: string
  clientId: string
  username: string
  /** Signs in with this password. Without it, makes the session from `tokens`. */
  password?: string
  tokens?: { id: string; access: string }
  flow?: 'CUSTOM_AUTH'
  newPassword?: string
  answer?: string
  refresh?: boolean
}

export interface Result {
  valid: boolean
  idToken: string
  attributes: string[]
}

async function run(task: Task): Promise<Result> {
  const pool = new CognitoUserPool({ UserPoolId: task.poolId, ClientId: task.clientId, endpoint: task.endpoint })
  const user = new CognitoUser({ Username: task.username, Pool: pool })
  if (task.flow) user.setAuthenticationFlowType(task.flow)
  let session = task.tokens ? sessionFrom(user, task.tokens) : await authenticate(user, task)
  if (task.refresh) session = await call((done) => user.refreshSession(session.getRefreshToken(), done))
  const attributes = await call<{ getName(): string }[] | undefined>((done) => user.getUserAttributes(done))
  return {
    valid: session.isValid(),
    idToken: session.getIdToken().getJwtToken(),
    attributes: (attributes ?? []).map((attribute) => attribute.getName()),
  }
}

function sessionFrom(user: CognitoUser, tokens: { id: string; access: string }) {
  const session = new CognitoUserSession({
    IdToken: new CognitoIdToken({ IdToken: tokens.id }),
    AccessToken: new CognitoAccessToken({ AccessToken: tokens.access }),
    RefreshToken: new CognitoRefreshToken({ RefreshToken: '' }),
  })
  user.setSignInUserSession(session)
  return session
}

function authenticate(user: CognitoUser, { password = '', newPassword = '', answer }: Task) {
  return new Promise<CognitoUserSession>((onSuccess, onFailure) => {
    const callbacks = {
      onSuccess,
      onFailure,
      newPasswordRequired: () => user.completeNewPasswordChallenge(newPassword, {}, callbacks),
      customChallenge: () => user.sendCustomChallengeAnswer(answer, callbacks),
    }
    user.authenticateUser(new AuthenticationDetails({ Username: user.getUsername(), Password: password }), callbacks)
  })
}

function call<T>(start: (done: (error: Error | null | undefined, result: T) => void) => void) {
  return new Promise<T>((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result)))
  })
}

/** Starts the worker. It runs one task at a time. A task rejects with the name and message of the library's error. */
export function startLibrary() {
  const worker = new Worker(new URL(import.meta.url))
  return {
    run: (task: Task) =>
      new Promise<Result>((resolve, reject) => {
        worker.once('message', ({ result, error }) => (error ? reject(error) : resolve(result)))
        worker.postMessage(task)
      }),
    close: () => worker.terminate(),
  }
}

if (!isMainThread)
  parentPort?.on('message', (task: Task) => {
    run(task).then(
      (result) => parentPort?.postMessage({ result }),
      ({ name, message }: Error) => parentPort?.postMessage({ error: { name, message } }),
    )
  })
