// GetUserPoolMfaConfig: the settings of MFA that DescribeUserPool does not show. UpdateUserPool keeps them.
import { type Call, poolOf } from './call.ts'

export function getUserPoolMfaConfig(call: Call) {
  const { EnabledMfas = [], MfaConfiguration = 'OFF', SmsConfiguration } = poolOf(call).properties
  return {
    MfaConfiguration,
    ...(SmsConfiguration !== undefined && { SmsMfaConfiguration: { SmsConfiguration } }),
    SoftwareTokenMfaConfiguration: { Enabled: EnabledMfas.includes('SOFTWARE_TOKEN_MFA') },
  }
}
