import { describe, expect, test } from '@jest/globals'
import { readCommand, usage } from '../../../../infra/local/command/options.ts'

describe('readCommand', () => {
  test('reads every option of start', () => {
    const args =
      'start --outputs-file o.json -c a=1 --context b=x=y --people p.json --port 1 --cognito-port 2 --triggers-folder d'
    expect(readCommand(args.split(' '))).toEqual({
      name: 'start',
      options: {
        context: { a: '1', b: 'x=y' },
        outputsFile: 'o.json',
        peopleFile: 'p.json',
        port: '1',
        cognitoPort: '2',
        triggersFolder: 'd',
      },
    })
  })

  test.each([
    [['start'], { name: 'start', options: { context: {} } }],
    [['--help'], { name: 'help' }],
    [['start', '-h'], { name: 'help' }],
    [['--version'], { name: 'version' }],
    [['-v'], { name: 'version' }],
  ])('reads %j', (args, command) => {
    expect(readCommand(args)).toEqual(command)
  })

  test.each([
    [[], 'a command is missing'],
    [['stop'], 'unknown command stop'],
    [['start', 'now'], 'unknown argument now'],
    [['start', '--prot', '1'], "Unknown option '--prot'"],
    [['start', '--port'], "Option '--port <value>' argument missing"],
    [['start', '-c', 'sessionMinutes'], '-c needs name=value, not sessionMinutes'],
    [['start', '-c', '=5'], '-c needs name=value, not =5'],
    [['start', '--help=yes'], "Option '-h, --help' does not take an argument"],
  ])('refuses %j with the usage in one line', (args, problem) => {
    expect(() => readCommand(args)).toThrow(new Error(`${problem}; usage: ${usage}`))
  })
})
