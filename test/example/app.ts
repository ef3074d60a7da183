// The example app. Deploy it with `cdk deploy -a 'node test/example/app.ts'`.

import { App } from 'aws-cdk-lib'
import { ShopStack } from './shop-stack.ts'

new ShopStack(new App(), 'Shop')
