// A function that does nothing, to measure Node.js alone.

export const handler = async () => ({ statusCode: 200 })
