// Replaces the AWS SDK's signatures for several regions in the bundles: the functions use no global endpoint of EventBridge.

export { SignatureV4 as SignatureV4MultiRegion } from '@smithy/signature-v4'
