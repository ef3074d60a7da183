// A passwordless sign-in: the user sends back a code. A real function makes a new code for each sign-in and e-mails it.

const code = '424242'

export async function handler(event) {
  const { request, triggerSource } = event
  switch (triggerSource) {
    case 'DefineAuthChallenge_Authentication': {
      const issueTokens = request.session.at(-1)?.challengeResult === true
      const failAuthentication = !issueTokens && request.session.length >= 3
      event.response = issueTokens || failAuthentication ? { issueTokens, failAuthentication } : challenge
      return event
    }
    case 'CreateAuthChallenge_Authentication':
      event.response = { publicChallengeParameters: { sentTo: 'e-mail' }, privateChallengeParameters: { code } }
      return event
    case 'VerifyAuthChallengeResponse_Authentication':
      event.response = { answerCorrect: request.challengeAnswer === request.privateChallengeParameters.code }
      return event
    default:
      throw new Error(`unexpected trigger ${triggerSource}`)
  }
}

const challenge = { challengeName: 'CUSTOM_CHALLENGE', issueTokens: false, failAuthentication: false }
