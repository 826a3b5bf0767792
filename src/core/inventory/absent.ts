import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadEngine } from '../engine';
import { describeDatabase } from './describe';
import type { InventoryDatabase } from './inventory';
import { undescribedDatabase } from './undescribed';

/** What code says of a database of which there is no file here. */
export interface NamedDatabase {
  /** Workspace-relative, `/`. */
  readonly path: string;
  readonly places: readonly unknown[];
  /** `CREATE TABLE` statements that the code runs on it. */
  readonly tables: readonly { readonly name: string; readonly sql: string }[];
}

/**
 * Databases that only code names, as the inventory tells them: `kind: "absent"`, no bytes and no rows, with the tables
 * that the code's own `CREATE TABLE` statements make. SQLite itself reads those; one that it refuses is left out.
 */
export async function absentInventory(named: readonly NamedDatabase[]): Promise<InventoryDatabase[]> {
  const described: InventoryDatabase[] = [];
  for (const database of named) {
    const base = { ...undescribedDatabase(database.path, 'absent'), references: database.places.length };
    const tables = database.tables.length > 0 ? await tablesOf(database, base) : [];
    described.push({ ...base, tables });
  }
  return described;
}

/** The tables as a database has them in which the statements were run. */
async function tablesOf(named: NamedDatabase, base: InventoryDatabase): Promise<InventoryDatabase['tables']> {
  const engine = await loadEngine();
  const database = new engine.Database();
  let bytes: Uint8Array;
  try {
    for (const { sql } of named.tables) runIfPossible(database, sql);
    bytes = database.export();
  } finally {
    database.close();
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'sqlite-consolidator-'));
  try {
    const file = path.join(folder, 'schema.db');
    await writeFile(file, bytes);
    const { tables } = await describeDatabase(file, base, undefined);
    return tables;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runIfPossible(database: { exec(sql: string): unknown }, sql: string): void {
  try {
    database.exec(sql);
  } catch {
    // Placeholders in a table definition, or a module that the engine has not: what is known of the others stays.
    return;
  }
}
