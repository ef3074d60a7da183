// The functions' environment variables, as the stack sets them.

import type {
  EndpointEnvironment,
  EnvironmentOf,
  introspectionVariables,
  OversightEnvironment,
  TriggerEnvironment,
} from '../../lambda/config.ts'
import { userPoolId } from './tokens.ts'

export const endpointEnvironment: EndpointEnvironment = {
  USER_POOL_ID: userPoolId,
  ACTOR_CLIENT_ID: 'actors',
  ACTOR_CLIENT_IDS: '["actors","console"]',
  IMPERSONATION_CLIENT_ID: 'ours',
  IMPERSONATION_CLIENT_SECRET: 'client_secret_for_tests_1',
  RECORDS_TABLE_NAME: 'records',
  IMPERSONATORS_GROUP: 'impersonators',
  MAY_ACT_AS: 'none',
  PROTECTED_GROUPS: '["impersonators","admins"]',
  SESSION_MINUTES: '60',
  RECORD_RETENTION_DAYS: '400',
  SIGN_IN_MAX_AGE_MINUTES: '720',
  ACTOR_ACR: '[]',
  LOOK_UP_GROUP: 'true',
  BASIC: 'true',
  REASON_REQUIRED: 'false',
  REASON_PATTERN: 'none',
  ACTOR_LIMIT: 'none',
  APPROVAL_GROUPS: '[]',
  SUBJECT_CONTEXT_DATA: 'false',
  ENDPOINT_URL: '',
  API_KEY_IDS: '["key-1"]',
  TICKET_SECONDS: '60',
  APP_ORIGINS: '["https://app.example.com"]',
}

export const oversightEnvironment: OversightEnvironment = {
  USER_POOL_ID: userPoolId,
  ACTOR_CLIENT_ID: 'actors',
  ACTOR_CLIENT_IDS: '["actors","console"]',
  SUBJECT_CLIENT_IDS: '["app"]',
  IMPERSONATION_CLIENT_ID: 'ours',
  RECORDS_TABLE_NAME: 'records',
  IMPERSONATORS_GROUP: 'impersonators',
  MAY_ACT_AS: 'none',
  AUDITORS_GROUP: 'auditors',
  APPROVERS_GROUP: 'approvers',
  APPROVAL_GROUPS: '["vips"]',
  SIGN_IN_MAX_AGE_MINUTES: '720',
  ACTOR_ACR: '[]',
  LOOK_UP_GROUP: 'true',
  BASIC: 'true',
  SUBJECTS_SEE_REASON: 'true',
  API_KEY_IDS: '["key-1"]',
  APP_ORIGINS: '["https://app.example.com"]',
}

export const introspectionEnvironment: EnvironmentOf<typeof introspectionVariables> = {
  USER_POOL_ID: userPoolId,
  IMPERSONATION_CLIENT_ID: 'ours',
  RECORDS_TABLE_NAME: 'records',
  IMPERSONATORS_GROUP: 'impersonators',
  MAY_ACT_AS: 'none',
  LOOK_UP_GROUP: 'true',
  API_KEY_IDS: '["resource-key-1"]',
}

export const triggerEnvironment: TriggerEnvironment = {
  IMPERSONATION_CLIENT_ID: 'ours',
  RECORDS_TABLE_NAME: 'records',
  PROTECTED_GROUPS: '["impersonators","admins"]',
  MAY_ACT_AS: 'none',
  APPROVAL_GROUPS: '[]',
  SESSION_MINUTES: '60',
  NEXT_TRIGGERS: '',
  SCOPES: '[]',
}
