// Replaces the AWS SDK's event streams in the bundles: the functions call no operation that uses one.

/** The Lambda client uses these two when it is created. */
export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config
export const eventStreamSerdeProvider = undefined
