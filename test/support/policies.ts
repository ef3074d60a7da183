// Deployments without and with a policy about the subject, for tests of everything that can fail.

/** In the pool in memory, alice is in the group `customers`, and the other users are not. */
export const policies = [
  { policy: 'without mayActAs', environment: {}, matchedGroups: undefined },
  {
    policy: 'with mayActAs',
    environment: { MAY_ACT_AS: '{"impersonators":["customers"]}' },
    matchedGroups: ['customers'],
  },
  // None of the subjects needs an approval, but it is looked up, and the trigger reads the record.
  { policy: 'with approvalGroups', environment: { APPROVAL_GROUPS: '["vips"]' }, matchedGroups: undefined },
]
