// A deployment that sets every setting which changes its resources.

export const everySetting = {
  customers: 'acme,globex',
  nextTriggers: JSON.stringify({
    PreTokenGenerationConfig: {
      LambdaVersion: 'V3_0',
      LambdaArn: 'arn:aws:lambda:us-east-1:123456789012:function:own-triggers',
    },
  }),
  mayActAs: JSON.stringify({ impersonators: ['*'], 'support-emea': ['customers-emea'] }),
  approvalGroups: 'vips',
  approversGroup: 'leads',
  actorAcr: 'urn:cognito:loa:2',
  basic: 'false',
  actorLimit: JSON.stringify({ limit: 30, period: 'HOUR' }),
  reasonPattern: JSON.stringify({ pattern: 'SUP-[0-9]+', description: 'a ticket number such as SUP-123' }),
  appOrigins: 'https://app.example.com',
  readAttributes: 'email',
  scopes: 'orders/read',
  endpointUrl: 'https://api.example.com',
  defaultEndpoint: 'false',
  endpointConcurrency: '5',
  accessLog: 'true',
  alarmEmail: 'ops@example.com',
  data: 'destroy',
}
