// Loaded before infra/app.ts by run-apps.ts: adds a function without the required properties to each stack.

import { App, CfnResource, Stack } from 'aws-cdk-lib'

const { synth } = App.prototype
App.prototype.synth = function (options) {
  for (const stack of this.node.children.filter(Stack.isStack)) {
    new CfnResource(stack, 'Invalid', { type: 'AWS::Lambda::Function' })
  }
  return synth.call(this, options)
}
