// A function that does nothing: what Node.js alone costs.

export const handler = async () => ({ statusCode: 200 })
