// The shop's own trigger: confirms users with a company address at sign-up.

export async function handler(event) {
  event.response.autoConfirmUser =
    event.triggerSource === 'PreSignUp_SignUp' && event.request.userAttributes.email?.endsWith('@shop.example')
  return event
}
