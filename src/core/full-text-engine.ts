import { createRequire } from 'node:module';
import type { Database } from 'node-sqlite3-wasm';
import type * as FullTextEngine from 'node-sqlite3-wasm';
import { assetPath } from './assets';

/** A database of the full-text engine. */
export type FullTextDatabase = Database;

let openDatabase: ((file: string) => Database) | undefined;

/**
 * Opens a file in the second engine (node-sqlite3-wasm), which has FTS5 and works on files instead of memory. It is
 * loaded at the first call, and it never sees a legacy file: only staged files and recovered copies.
 * It cannot open a file in WAL mode.
 */
export function openFullText(file: string): FullTextDatabase {
  openDatabase ??= loadEngine();
  return openDatabase(file);
}

function loadEngine(): (file: string) => Database {
  // The program looks for its .wasm beside itself, so it ships as it is instead of being bundled.
  assetPath('node-sqlite3-wasm.wasm');
  const program = assetPath('node-sqlite3-wasm.js');
  const { Database: Opened } = createRequire(program)(program) as typeof FullTextEngine;
  return (file) => new Opened(file, { fileMustExist: true });
}
