// The app as everybody uses it: their own session, in localStorage, of the app's own client.

import { Amplify } from 'aws-amplify'
import { config } from '../guide/amplify-config.ts'
import { startApp } from '../guide/app.ts'

Amplify.configure(config)
startApp()
