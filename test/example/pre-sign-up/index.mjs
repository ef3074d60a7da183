// The shop's own trigger: people of the company need not confirm their address.

export async function handler(event) {
  event.response.autoConfirmUser =
    event.triggerSource === 'PreSignUp_SignUp' && event.request.userAttributes.email?.endsWith('@shop.example')
  return event
}
