import { accessSettings } from '../../refactoring/access-names';
import type { Profile, ResolvedPlan, ResolvedTarget } from '../../plan/resolved';
import { GENERATED_MARK, planHash } from '../generated';
import type { GeneratedFile } from '../generated';
import { CONNECT } from './connect';
import { FLAG_PATHS, HEAD, PATHS } from './head';
import { FLAG, legacyTables } from './legacy';
import { pythonString, pythonTuple, pythonTupleLines } from './literal';
import { METRICS } from './metrics';
import { POOL } from './pool';

/** Where the module goes. */
export interface PythonLocation {
  /** Workspace-relative file. */
  readonly file: string;
}

/** PRAGMAs that take effect only while the database is empty, in the order in which they must be given. */
const AT_CREATION = ['page_size', 'auto_vacuum'];

/**
 * The Python module of the access layer (Python 3.8 and later, standard library alone). The same plan gives the same
 * text.
 * @param location default: the file of `access.python.module`, else `databases.py` in the workspace folder.
 */
export function generatePython(plan: ResolvedPlan, location?: PythonLocation): GeneratedFile[] {
  const settings = accessSettings(plan, 'python');
  const file = location?.file ?? `${(settings.module ?? 'databases').split('.').join('/')}.py`;
  const targets = [...plan.targets].sort((a, b) => (a.name < b.name ? -1 : 1));
  const example = targets[0]?.name ?? 'core';
  const pool = poolSettings(plan);
  const exported = [
    'PoolTimeoutError',
    'TARGETS',
    'Target',
    'UnknownDatabaseError',
    'connect',
    'database_path',
    'database_uri',
    'database_url',
    'health',
    'metrics',
    'pool',
    ...(settings.flag ? ['use_consolidated'] : []),
    'write_metrics',
  ];
  const parts = [HEAD, settings.flag ? FLAG_PATHS : PATHS, METRICS, CONNECT, settings.flag ? FLAG : '', POOL];
  const values: Readonly<Record<string, string>> = {
    MARK: GENERATED_MARK,
    PLAN: pythonString(plan.name),
    HASH: planHash(plan),
    EXAMPLE: example,
    EXAMPLE_UPPER: example.toUpperCase().replaceAll('-', '_'),
    LEVELS: String(file.split('/').length - 1),
    ALL: exported.map((name) => `    "${name}",\n`).join(''),
    TARGETS: targets.map(printTarget).join(''),
    FLAG_DOC: settings.flag
      ? '    USE_CONSOLIDATED_DBS     0, false, no or off: call sites go back to their legacy files\n'
      : '',
    LEGACY_PARAMETER: settings.flag ? ', legacy: Optional[str] = None' : '',
    LEGACY_BRANCH: settings.flag
      ? '    if legacy is not None and not use_consolidated():\n        return _connect_legacy(name, legacy, args, kwargs)\n'
      : '',
    LEGACY_TABLES: settings.flag ? legacyTables(plan) : '',
    POOL_SIZE: String(pool.size),
    POOL_WAIT: pool.wait.toFixed(1),
    POOL_IDLE: pool.idle.toFixed(1),
  };
  const text = parts.join('').replace(/@([A-Z_]+)@/g, (_, name: string) => values[name]);
  return [{ path: file, text }];
}

function printTarget(target: ResolvedTarget): string {
  const creation = AT_CREATION.filter((name) => target.profile[name] !== undefined);
  const rest = Object.keys(target.profile)
    .filter((name) => !AT_CREATION.includes(name))
    .sort((a, b) => Number(b === 'journal_mode') - Number(a === 'journal_mode') || (a < b ? -1 : 1));
  const tables = target.tables.map((table) => pythonString(table.name));
  return (
    `    ${pythonString(target.name)}: Target(\n` +
    `        path=${pythonString(target.path)},\n` +
    `        purpose=${pythonString(target.purpose ?? '')},\n` +
    `        creation=${pragmas(target.profile, creation)},\n` +
    `        pragmas=${pragmas(target.profile, rest)},\n` +
    `        tables=${pythonTupleLines(tables, '        ')},\n` +
    `    ),\n`
  );
}

function pragmas(profile: Profile, names: readonly string[]): string {
  const pairs = names.map((name) =>
    pythonTuple([pythonString(name), pythonString(String(profile[name]).toUpperCase())]),
  );
  return pythonTupleLines(pairs, '        ');
}

/** `"pool": { "size": 5, "wait": 30, "idle": 300 }` of the access section; times in seconds. */
function poolSettings(plan: ResolvedPlan): { size: number; wait: number; idle: number } {
  const given = plan.access.python?.pool;
  const pool = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  const number = (value: unknown, fallback: number, least: number) =>
    typeof value === 'number' && Number.isFinite(value) && value >= least ? value : fallback;
  return {
    size: Math.floor(number(pool.size, 5, 1)),
    wait: number(pool.wait, 30, 0),
    idle: number(pool.idle, 300, 0),
  };
}
