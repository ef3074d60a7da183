// The measured variants: the functions of the cloud assembly, and the same work written by hand.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { App, Stack as CdkStack } from 'aws-cdk-lib'
import { Runtime } from 'aws-cdk-lib/aws-lambda'
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { build } from 'esbuild'
import { stackLocation } from '../../infra/local/account.ts'
import { Stack } from '../../infra/local/cloudformation/stack.ts'
import type { Template } from '../../infra/local/cloudformation/template.ts'
import { type FunctionDefinition, readFunctions } from '../../infra/local/lambda/function-definitions.ts'
import type { Kind } from './jobs.ts'

export interface Variant {
  name: string
  kind: Kind
  /** The bundle, and the file in it that exports `handler`. */
  directory: string
  file: string
  environment: Record<string, string>
}

/** Finds the measured functions in an assembly. @throws Error if one is missing. */
export function readAssembly(assembly: string): Record<'endpoint' | 'introspection' | 'triggers', FunctionDefinition> {
  const template: Template = JSON.parse(
    readFileSync(join(assembly, `${stackLocation.stackName}.template.json`), 'utf8'),
  )
  const functions = readFunctions(new Stack(template, stackLocation), assembly)
  const find = (handler: string) => {
    const found = functions.find((definition) => definition.handler === handler)
    if (!found) throw new Error(`${assembly}: no function with the handler ${handler}`)
    return found
  }
  return {
    endpoint: find('endpoint.handler'),
    introspection: find('introspection.handler'),
    triggers: find('triggers.handler'),
  }
}

/** @param label marks the functions of another assembly. */
export function ours(assembly: string, label = ''): Variant[] {
  const { endpoint, introspection, triggers } = readAssembly(assembly)
  const variant = (name: string, kind: Kind, { directory, environment }: FunctionDefinition, entry: string) => ({
    name: label ? `${name} [${label}]` : name,
    kind,
    directory,
    file: join(directory, entry),
    environment,
  })
  return [
    variant('endpoint', 'endpoint', endpoint, 'endpoint.mjs'),
    variant('endpoint, ticket', 'ticket', endpoint, 'endpoint.mjs'),
    variant('introspection', 'introspection', introspection, 'introspection.mjs'),
    variant('triggers, ordinary sign-in', 'ordinary sign-in', triggers, 'triggers.mjs'),
    variant('triggers, nextTriggers', 'owner’s trigger', withNextTriggers(triggers), 'triggers.mjs'),
    variant('triggers, impersonation', 'impersonation', triggers, 'triggers.mjs'),
  ]
}

function withNextTriggers({ environment, ...triggers }: FunctionDefinition): FunctionDefinition {
  const LambdaArn = 'arn:aws:lambda:us-east-1:000000000000:function:owner'
  const next = { PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn } }
  return { ...triggers, environment: { ...environment, NEXT_TRIGGERS: JSON.stringify(next) } }
}

/** AWS's advice: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-package.html */
const asAdvised: BundlingOptions = {
  format: OutputFormat.ESM,
  mainFields: ['module', 'main'],
  minify: true,
  bundleAwsSDK: true,
  metafile: true,
}

/** Bundles the hand-written functions with CDK's NodejsFunction. @param environment of the endpoint. */
export function byHand(outdir: string, environment: Record<string, string>): Variant[] {
  const app = new App({
    outdir,
    context: { '@aws-cdk/aws-lambda-nodejs:sdkV3ExcludeSmithyPackages': true, 'aws:cdk:enable-asset-metadata': true },
  })
  const stack = new CdkStack(app, 'ByHand')
  const specs: [name: string, kind: Kind, entry: string, bundling: BundlingOptions, file: string][] = [
    ['empty handler', 'empty', 'empty', asAdvised, 'index.mjs'],
    ['by hand, bundled', 'by hand', 'by-hand', asAdvised, 'index.mjs'],
    ['introspection by hand', 'introspection by hand', 'introspect', asAdvised, 'index.mjs'],
    ['owner’s trigger, called directly', 'owner’s trigger', 'invoke', asAdvised, 'index.mjs'],
    // This bundle does not include the SDK. Without Lambda's runtime it finds this project's SDK.
    ['by hand, CDK defaults', 'by hand', 'by-hand', { metafile: true }, 'index.js'],
  ]
  const functions = specs.map(([name, , entry, bundling]) => {
    const path = fileURLToPath(new URL(`./handlers/${entry}.ts`, import.meta.url))
    return new NodejsFunction(stack, name.replace(/\W/g, ''), { entry: path, runtime: Runtime.NODEJS_24_X, bundling })
  })
  const { Resources } = app.synth().getStackByName('ByHand').template
  return specs.map(([name, kind, , , file], index) => {
    const logicalId = stack.getLogicalId(functions[index]?.node.defaultChild as never)
    const directory = join(outdir, Resources[logicalId].Metadata['aws:asset:path'])
    return { name, kind, directory, file: join(directory, file), environment }
  })
}

/** Bundles `function.ts` into one module. @returns its path. */
export async function bundleHost(outdir: string): Promise<string> {
  const outfile = join(outdir, 'function.mjs')
  const entry = fileURLToPath(new URL('./function.ts', import.meta.url))
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node24' })
  return outfile
}
