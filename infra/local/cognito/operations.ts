// All operations of this server, by their names in the API.
import * as users from './admin-users.ts'
import { createUserPoolClient, describeUserPoolClient } from './app-clients.ts'
import type { Call } from './call.ts'
import * as groups from './groups.ts'
import { listUsers, listUsersInGroup } from './list-users.ts'
import { getUserPoolMfaConfig } from './mfa.ts'
import { createUserPool, deleteUserPool, describeUserPool, updateUserPool } from './pool-operations.ts'
import { getTokensFromRefreshToken, revokeToken } from './refresh.ts'
import { getUser, updateUserAttributes } from './self-service.ts'
import { getUserPoolSessionConfiguration, setUserPoolSessionConfiguration } from './session-configuration.ts'
import * as signIn from './sign-in.ts'
import { signUp } from './sign-up.ts'

type Operation = (call: Call) => object | Promise<object>

/** Operations that need IAM permissions, so their requests are signed. */
const signed: Record<string, Operation> = {
  AdminAddUserToGroup: groups.adminAddUserToGroup,
  AdminCreateUser: users.adminCreateUser,
  AdminDeleteUser: users.adminDeleteUser,
  AdminDisableUser: users.adminDisableUser,
  AdminEnableUser: users.adminEnableUser,
  AdminGetUser: users.adminGetUser,
  AdminInitiateAuth: signIn.adminInitiateAuth,
  AdminListGroupsForUser: groups.adminListGroupsForUser,
  AdminRemoveUserFromGroup: groups.adminRemoveUserFromGroup,
  AdminResetUserPassword: users.adminResetUserPassword,
  AdminRespondToAuthChallenge: signIn.adminRespondToAuthChallenge,
  AdminSetUserPassword: users.adminSetUserPassword,
  AdminUpdateUserAttributes: users.adminUpdateUserAttributes,
  AdminUserGlobalSignOut: users.adminUserGlobalSignOut,
  CreateGroup: groups.createGroup,
  CreateUserPool: createUserPool,
  CreateUserPoolClient: createUserPoolClient,
  DeleteGroup: groups.deleteGroup,
  DeleteUserPool: deleteUserPool,
  DescribeUserPool: describeUserPool,
  DescribeUserPoolClient: describeUserPoolClient,
  GetGroup: groups.getGroup,
  GetUserPoolMfaConfig: getUserPoolMfaConfig,
  GetUserPoolSessionConfiguration: getUserPoolSessionConfiguration,
  ListGroups: groups.listGroups,
  ListUsers: listUsers,
  ListUsersInGroup: listUsersInGroup,
  SetUserPoolSessionConfiguration: setUserPoolSessionConfiguration,
  UpdateUserPool: updateUserPool,
}

/** Operations that need only an app client's id or a token. */
const open: Record<string, Operation> = {
  GetTokensFromRefreshToken: getTokensFromRefreshToken,
  GetUser: getUser,
  InitiateAuth: signIn.initiateAuth,
  RespondToAuthChallenge: signIn.respondToAuthChallenge,
  RevokeToken: revokeToken,
  SignUp: signUp,
  UpdateUserAttributes: updateUserAttributes,
}

const entries = (from: Record<string, Operation>, isSigned: boolean) =>
  Object.entries(from).map(([name, run]) => [name, { run, isSigned }] as const)

export const operations = new Map([...entries(signed, true), ...entries(open, false)])
