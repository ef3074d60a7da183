// Replaces the AWS SDK's event streams in the bundles: the functions call no operation that uses one.

/** The client for Lambda sets its event streams up with these two, at its start. */
export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config
export const eventStreamSerdeProvider = undefined
