import { accessSettings } from '../../refactoring/access-names';
import type { ResolvedPlan, ResolvedTarget } from '../../plan/resolved';
import { GENERATED_MARK, planHash } from '../generated';
import type { GeneratedFile } from '../generated';
import { poolLimits, splitProfile } from '../settings';
import { CONNECT } from './connect';
import { DUAL, dualTables } from './dual';
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
  const pool = poolLimits(plan, 'python');
  const exported = [
    'PoolTimeoutError',
    'TARGETS',
    'Target',
    'UnknownDatabaseError',
    'connect',
    'database_path',
    'database_uri',
    'database_url',
    ...(settings.dualWrite ? ['dual_write'] : []),
    'health',
    'metrics',
    'pool',
    ...(settings.flag ? ['use_consolidated'] : []),
    'write_metrics',
  ];
  const dual = settings.dualWrite;
  const parts = [
    HEAD,
    settings.flag ? FLAG_PATHS : PATHS,
    METRICS,
    CONNECT,
    settings.flag ? FLAG : '',
    dual ? DUAL : '',
    POOL,
  ];
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
    DUAL_DOC: settings.dualWrite
      ? '    CONSOLIDATED_DB_DUAL_WRITE  0, false, no or off: legacy files are no longer written\n'
      : '',
    LEGACY_PARAMETER: settings.flag ? ', legacy: Optional[str] = None' : '',
    LEGACY_BRANCH: settings.flag
      ? '    if legacy is not None and not use_consolidated():\n        return _connect_legacy(name, legacy, args, kwargs)\n'
      : '',
    LEGACY_TABLES: settings.flag ? legacyTables(plan) : '',
    DUAL_TABLES: dual ? dualTables(plan) : '',
    RUN: dual ? 'self.connection.writer.around(run, args) if self.connection.writer else run(*args)' : 'run(*args)',
    WRITER_ATTRIBUTE: dual ? '    writer: Optional["_DualWriter"] = None\n' : '',
    DUAL_CONNECT: dual
      ? '        if isinstance(connection, _Connection) and dual_write():\n            connection.writer = _DualWriter(connection, name)\n'
      : '',
    POOL_SIZE: String(pool.size),
    POOL_WAIT: pool.wait.toFixed(1),
    POOL_IDLE: pool.idle.toFixed(1),
  };
  const text = parts.join('').replace(/@([A-Z_]+)@/g, (_, name: string) => values[name]);
  return [{ path: file, text }];
}

function printTarget(target: ResolvedTarget): string {
  const { creation, pragmas } = splitProfile(target.profile);
  const tables = target.tables.map((table) => pythonString(table.name));
  return (
    `    ${pythonString(target.name)}: Target(\n` +
    `        path=${pythonString(target.path)},\n` +
    `        purpose=${pythonString(target.purpose ?? '')},\n` +
    `        creation=${printPragmas(creation)},\n` +
    `        pragmas=${printPragmas(pragmas)},\n` +
    `        tables=${pythonTupleLines(tables, '        ')},\n` +
    `    ),\n`
  );
}

function printPragmas(list: readonly (readonly [string, string])[]): string {
  const pairs = list.map(([name, value]) => pythonTuple([pythonString(name), pythonString(value)]));
  return pythonTupleLines(pairs, '        ');
}
