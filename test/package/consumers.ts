// Apps that use the package in the ways of TypeScript and Node.js.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunOptions, root, run } from '../support/commands.ts'

interface Consumer {
  type: 'commonjs' | 'module'
  compilerOptions: Record<string, unknown>
  /** The file that Node.js runs, or the file that tsx runs. Without them, only the types are checked. */
  node?: string
  tsx?: string
}

const cdkInit = 'node_modules/aws-cdk/lib/init-templates/app/typescript/tsconfig.json'
const compiled = { strict: true, target: 'es2022', types: ['node'], outDir: 'out' }

export const consumers: Readonly<Record<string, Consumer>> = {
  'as cdk init makes it': {
    type: 'commonjs',
    compilerOptions: {
      ...JSON.parse(readFileSync(join(root, cdkInit), 'utf8')).compilerOptions,
      // The template's own need jest, and node_modules beside tsconfig.json.
      types: ['node'],
      typeRoots: ['../node_modules/@types'],
    },
    tsx: 'app.ts',
  },
  'CommonJS, compiled': {
    type: 'commonjs',
    compilerOptions: { ...compiled, module: 'nodenext', skipLibCheck: false },
    node: 'out/app.js',
  },
  // Compiled, it is the same program as before.
  'CommonJS, types by node16': { type: 'commonjs', compilerOptions: { ...compiled, module: 'node16' } },
  'ES modules, node16': { type: 'module', compilerOptions: { ...compiled, module: 'node16' }, node: 'out/app.js' },
  'ES modules, types by bundler': {
    type: 'module',
    compilerOptions: { ...compiled, module: 'esnext', moduleResolution: 'bundler', noEmit: true },
  },
}

const source = readFileSync(fileURLToPath(new URL('app/app.ts', import.meta.url)), 'utf8')
export const appSource = source
  .replace('../../../infra/index.ts', 'cognito-impersonation')
  .replace('../../../infra/live.ts', 'cognito-impersonation/live')

export interface App {
  folder: string
  /** The arguments of Node.js. Undefined: the app does not run. */
  program: string[] | undefined
}

/** Writes an app and checks its types. @param modules the folder with node_modules */
export async function writeConsumer(modules: string, name: string, options: RunOptions): Promise<App> {
  const { type, compilerOptions, node, tsx } = consumers[name] as Consumer
  const folder = join(modules, name.replaceAll(/\W+/g, '-'))
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }))
  writeFileSync(join(folder, 'app.ts'), appSource)
  await run(process.execPath, [join(modules, 'node_modules/typescript/bin/tsc')], { ...options, cwd: folder })
  return { folder, program: tsx ? [join(modules, 'node_modules/tsx/dist/cli.mjs'), tsx] : node ? [node] : undefined }
}

/** Runs an app. @param node the Node.js program @returns its templates */
export async function synthesize(
  { folder, program, node }: { folder: string; program: string[]; node: string },
  options: RunOptions,
): Promise<Templates> {
  const outdir = mkdtempSync(join(folder, 'cdk.out-'))
  await run(node, program, { ...options, env: { ...options.env, CDK_OUTDIR: outdir }, cwd: folder })
  return templatesIn(outdir)
}

/** By stack, without what differs at each synthesis: the assets' hashes, and the time that updates the custom resources. */
export type Templates = Record<string, unknown>

export function templatesIn(outdir: string): Templates {
  const files = readdirSync(outdir).filter((file) => file.endsWith('.template.json'))
  const read = (file: string) =>
    readFileSync(join(outdir, file), 'utf8')
      .replaceAll(/\b[0-9a-f]{64}\b/g, '<hash>')
      .replaceAll(/"DeployedAt": "[^"]+"/g, '"DeployedAt": "<time>"')
  return Object.fromEntries(files.map((file) => [file.replace('.template.json', ''), JSON.parse(read(file))]))
}
