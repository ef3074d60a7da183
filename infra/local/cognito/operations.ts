// The operations that this server knows, by their names in the API.
import * as groups from './admin-groups.ts'
import * as users from './admin-users.ts'
import { createUserPoolClient, deleteUserPoolClient } from './clients.ts'
import { describeUserPool, describeUserPoolClient } from './describe.ts'
import { createGroup, deleteGroup, getGroup, listGroups } from './groups.ts'
import type { Call } from './pool.ts'
import { getTokensFromRefreshToken, revokeToken } from './refresh.ts'
import { changePassword, getUser, updateUserAttributes } from './self-service.ts'
import * as signIn from './sign-in.ts'
import { adminConfirmSignUp, confirmSignUp, signUp } from './sign-up.ts'
import { createUserPool, deleteUserPool, updateUserPool } from './user-pools.ts'

type Operation = (call: Call) => object | Promise<object>

/** Operations that IAM authorizes: their requests are signed. */
const signed: Record<string, Operation> = {
  AdminAddUserToGroup: groups.adminAddUserToGroup,
  AdminConfirmSignUp: adminConfirmSignUp,
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
  CreateGroup: createGroup,
  CreateUserPool: createUserPool,
  CreateUserPoolClient: createUserPoolClient,
  DeleteGroup: deleteGroup,
  DeleteUserPool: deleteUserPool,
  DeleteUserPoolClient: deleteUserPoolClient,
  DescribeUserPool: describeUserPool,
  DescribeUserPoolClient: describeUserPoolClient,
  GetGroup: getGroup,
  ListGroups: listGroups,
  UpdateUserPool: updateUserPool,
}

/** Operations that anyone may call who knows an app client, or holds a token. */
const open: Record<string, Operation> = {
  ChangePassword: changePassword,
  ConfirmSignUp: confirmSignUp,
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
