// Reads the arguments of `cognito-impersonation`.

import { parseArgs } from 'node:util'

export const usage = `cognito-impersonation start [--outputs-file F] [-c name=value]... [--people F] [--port N] [--cognito-port N] [--triggers-folder D]`

export const help = `Usage: ${usage}

Runs impersonation on this machine, for development and tests: the API, the functions, Cognito and DynamoDB.
No AWS account is needed. "Ready in" is printed when it accepts requests. Ctrl-C or SIGTERM ends it.

  --outputs-file F      writes the outputs to this file when it is ready, like "cdk deploy --outputs-file"
  -c, --context n=v     a setting, like "cdk deploy -c"; can be repeated
  --people F            a JSON file with the people in the user pool; default: the demo people
  --port N              the port of the API; default: 3000, or the environment variable PORT; 0: a free port
  --cognito-port N      the port of Cognito; default: 9229, or the environment variable COGNITO_PORT; 0: a free port
  --triggers-folder D   has the code of the functions that the setting nextTriggers names: <name>/index.mjs
                        BACK_OFFICE_PORT and SHOP_PORT set the ports of the demo; default: the two after the API's
  -h, --help            prints this text
  -v, --version         prints the version`

export interface StartOptions {
  /** Settings. */
  context: Record<string, string>
  outputsFile?: string
  peopleFile?: string
  port?: string
  cognitoPort?: string
  triggersFolder?: string
}

export type Command = { name: 'help' } | { name: 'version' } | { name: 'start'; options: StartOptions }

/** @throws Error with the usage, in one line */
export function readCommand(args: string[]): Command {
  const { values, positionals } = parse(args)
  if (values.help) return { name: 'help' }
  if (values.version) return { name: 'version' }
  const [command, ...others] = positionals
  if (command === undefined) throw wrong('a command is missing')
  if (command !== 'start') throw wrong(`unknown command ${command}`)
  if (others.length > 0) throw wrong(`unknown argument ${others[0]}`)
  const options = {
    context: readContext(values.context ?? []),
    ...(values['outputs-file'] !== undefined && { outputsFile: values['outputs-file'] }),
    ...(values.people !== undefined && { peopleFile: values.people }),
    ...(values.port !== undefined && { port: values.port }),
    ...(values['cognito-port'] !== undefined && { cognitoPort: values['cognito-port'] }),
    ...(values['triggers-folder'] !== undefined && { triggersFolder: values['triggers-folder'] }),
  }
  return { name: 'start', options }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        'outputs-file': { type: 'string' },
        context: { type: 'string', short: 'c', multiple: true },
        people: { type: 'string' },
        port: { type: 'string' },
        'cognito-port': { type: 'string' },
        'triggers-folder': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    })
  } catch (error) {
    // Node.js adds advice after the first sentence.
    const [problem = ''] = (error as Error).message.split(/\. |\n/)
    throw wrong(problem.replace(/\.$/, ''))
  }
}

function readContext(pairs: string[]): Record<string, string> {
  const context = pairs.map((pair) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined || value === undefined) throw wrong(`-c needs name=value, not ${pair}`)
    return [name, value] as const
  })
  return Object.fromEntries(context)
}

const wrong = (problem: string) => new Error(`${problem}; usage: ${usage}`)
