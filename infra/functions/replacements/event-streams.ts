// Replaces the AWS SDK's event streams in the bundles: no operation that the functions call has one.

export {}
