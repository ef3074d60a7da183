// Prints the results as tables.

import type { Called } from './calls.ts'
import type { Goal, Results } from './goals.ts'
import type { Growth } from './growth.ts'
import type { Memory } from './memory.ts'
import type { Size } from './sizes.ts'
import type { Warm } from './warm.ts'

type Row = (string | number)[]

export interface Report extends Results {
  memory: Record<string, Memory[]>
  growth: Growth[]
  goals: Goal[]
}

/** Bytes of the smallest package in the table. The JSON file lists all packages. */
const worthShowing = 2_000

export function table({ startUp, warm, calls, sizes, memory, growth, goals }: Report): string {
  return [
    section(
      'START-UP',
      ['ms', 'p10', 'p90', 'CPU ms', 'and first call, ms', 'CPU ms', 'ms, calls delayed', 'connections'],
      rows(startUp, ({ loaded, answered, connections }) => [
        ...[loaded.ms, loaded.p10, loaded.p90, loaded.cpu, answered.ms, answered.cpu, answered.delayedMs],
        String(connections),
      ]),
    ),
    section('WARM, ANSWERS AT ONCE', ['p50 ms', 'p99 ms', 'CPU ms', 'jobs'], rows(warm.atOnce, warmCells)),
    section(
      'WARM, ANSWERS DELAYED',
      ['p50 ms', 'p99 ms', 'CPU ms', 'jobs', 'delay ms', 'p50 in delays'],
      rows(warm.delayed, (of) => [...warmCells(of), of.delay, of.p50 / of.delay]),
    ),
    section('CALLS', ['status', 'operations'], Object.entries(calls).map(callsRow)),
    section(
      'SIZE, kB',
      ['entry', 'loaded', 'in all'],
      rows(sizes, ({ entry, loaded, total }) => [entry / 1000, loaded / 1000, total / 1000]),
    ),
    ...Object.entries(sizes).flatMap(([name, { packages = {} }]) =>
      packageRows(packages).length > 0 && name !== 'triggers, ordinary sign-in'
        ? section(`SIZE BY PACKAGE, kB: ${name}`, ['loaded', 'on demand'], packageRows(packages))
        : [],
    ),
    section(
      'MEMORY, MB',
      ['callers', 'jobs', 'loaded', 'first job', 'all jobs', 'ms a job'],
      Object.entries(memory).flatMap(([name, loads]) =>
        loads.map(({ callers, jobs, loaded, first, last, msEach }) => [
          ...[name, String(callers), String(jobs), megabytes(loaded), megabytes(first), megabytes(last), msEach],
        ]),
      ),
    ),
    section(
      'GROWTH, THE LOCAL RUN',
      ['callers', 'records', 'ms each', 'p50 ms'],
      growth.map(({ callers, records, msEach, p50 }) => [
        ...['from gateway to records', String(callers), String(records), msEach, p50],
      ]),
    ),
    section(
      'GOALS',
      ['is', 'at most', ''],
      goals.map(({ what, actual, goal }) => [what, actual, String(goal), actual <= goal ? 'met' : 'MISSED']),
    ),
  ].join('\n\n')
}

function rows<Value>(figures: Record<string, Value>, cells: (value: Value) => Row): Row[] {
  return Object.entries(figures).map(([name, value]) => [name, ...cells(value)])
}

const warmCells = ({ p50, p99, cpu, jobs }: Warm): Row => [p50, p99, cpu, String(jobs)]

function packageRows(packages: NonNullable<Size['packages']>): Row[] {
  return Object.entries(packages)
    .filter(([, { loaded, onDemand }]) => loaded + onDemand >= worthShowing)
    .sort(([, a], [, b]) => b.loaded + b.onDemand - a.loaded - a.onDemand)
    .map(([name, { loaded, onDemand }]) => [name, loaded / 1000, onDemand / 1000])
}

const callsRow = ([name, { status, calls }]: [string, Called]): Row => [
  name,
  String(status),
  Object.entries(calls)
    .map(([call, count]) => (count === 1 ? call : `${call} ×${count}`))
    .join(', ') || 'none',
]

const megabytes = (bytes: number) => Math.round(bytes / 1e6).toString()

function section(title: string, columns: string[], rows: Row[]): string {
  const cells = [[title, ...columns], ...rows.map((row) => row.map(shown))]
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? []
  const isText = columns.at(-1) === 'operations'
  return cells
    .map((row) =>
      row
        .map((cell, column) => {
          const left = column === 0 || (isText && column === row.length - 1)
          return left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function shown(cell: string | number): string {
  if (typeof cell === 'string') return cell
  if (Number.isNaN(cell)) return '–'
  return cell >= 100 ? cell.toFixed(0) : cell >= 10 ? cell.toFixed(1) : cell >= 1 ? cell.toFixed(2) : cell.toFixed(3)
}
