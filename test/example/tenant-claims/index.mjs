// The shop's own PreTokenGeneration trigger: adds the claim tenant_id. For the event versions V1_0, V2_0 and V3_0.

export async function handler(event) {
  const claimsToAddOrOverride = { tenant_id: `tenant-of-${event.userName}` }
  event.response =
    event.version === '1'
      ? { claimsOverrideDetails: { claimsToAddOrOverride } }
      : {
          claimsAndScopeOverrideDetails: {
            idTokenGeneration: { claimsToAddOrOverride },
            accessTokenGeneration: { claimsToAddOrOverride },
          },
        }
  return event
}
