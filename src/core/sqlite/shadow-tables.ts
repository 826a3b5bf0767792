import type { SchemaObject } from './schema-table';
import { foldName } from './sql-tokens';

/** Suffixes of the shadow tables of SQLite's own modules (https://sqlite.org/fts5.html, fts3.html, rtree.html, geopoly.html). */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  fts5: ['data', 'idx', 'content', 'docsize', 'config'],
  fts4: ['content', 'segments', 'segdir', 'docsize', 'stat'],
  fts3: ['content', 'segments', 'segdir', 'docsize', 'stat'],
  rtree: ['node', 'rowid', 'parent'],
  rtree_i32: ['node', 'rowid', 'parent'],
  geopoly: ['node', 'rowid', 'parent'],
  spellfix1: ['vocab'],
};

/** Name of each shadow table to the name of the virtual table that it belongs to. */
export function shadowTables(
  virtual: ReadonlyMap<string, { readonly module: string }>,
  tables: readonly SchemaObject[],
): Map<string, string> {
  const there = new Map(tables.map((table) => [foldName(table.name), table.name]));
  const shadows = new Map<string, string>();
  for (const [name, { module }] of virtual) {
    for (const suffix of SUFFIXES[foldName(module)] ?? []) {
      const shadow = there.get(foldName(`${name}_${suffix}`));
      if (shadow !== undefined) shadows.set(shadow, name);
    }
  }
  return shadows;
}
