import initSqlJs from 'sql.js';
import type { Database, SqlJsStatic } from 'sql.js';
import { assetPath } from './assets';

/** The SQLite engine (sql.js). All databases of one engine share its in-memory files, so they can ATTACH one another. */
export type Engine = SqlJsStatic;
export type EngineDatabase = Database;

let engine: Promise<Engine> | undefined;

/** Loads the engine at the first call. It never sees a legacy file: only recovered images and staged files. */
export function loadEngine(): Promise<Engine> {
  engine ??= initSqlJs({ locateFile: () => assetPath('sql-wasm.wasm') });
  return engine;
}

/** Name of a database in the engine's in-memory files, for ATTACH. */
export function engineFileName(database: EngineDatabase): string {
  const { filename } = database as unknown as { filename?: unknown };
  if (typeof filename !== 'string')
    throw new Error('This version of sql.js does not tell the file name of a database.');
  return filename;
}
