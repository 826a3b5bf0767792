import picomatch from 'picomatch';
import type { Inventory, InventoryDatabase } from '../inventory/inventory';
import { foreignProgram } from './foreign-programs';
import { ddlFingerprint } from './ddl-rename';
import { compareText, expandPath, movableTables } from './sources';

/** What the draft proposes for one legacy database, and why. */
export interface DraftedDatabase {
  readonly database: InventoryDatabase;
  readonly action: 'merge' | 'keep' | 'retire';
  readonly why: string;
}

/** Files with one schema whose name says what they are about: `history/AAPL.db`, `history/AMD.db`, … */
export interface DatabaseFamily {
  /** The pattern that stands in `sources` for all of them. */
  readonly pattern: string;
  readonly members: readonly InventoryDatabase[];
  /** Column and value that tell the members apart, e.g. `symbol` and `${stem}`. */
  readonly discriminator: { readonly column: string; readonly value: '${stem}' | '${dir}' };
}

/** From this many files with one schema on, the pattern is taken for intended. */
const SMALLEST_FAMILY = 3;

const TEST_NAME = /(^|[_.-])(tests?|testing|fixtures?|mock|dummy)([_.-]|$)/i;
const TEST_FOLDER = /(^|\/)(tests?|__tests__|fixtures?|testdata|spec)\//i;
const BACKUP = /(^|\/)(backups?|archive|snapshots?|old)\/|(^|[_.-])(backup|bak|copy|old|orig)([_.-]|$)|\.bak$/i;

/**
 * @param into path of the target that takes the place of a legacy file, if any
 * @param keep paths or patterns that the person wants to keep, with the reason
 */
export function draftDatabases(
  inventory: Inventory,
  into: string | undefined,
  keep: Readonly<Record<string, string>>,
): DraftedDatabase[] {
  const copies = copiedFiles(inventory, into);
  return [...inventory.databases]
    .sort((a, b) => compareText(a.path, b.path))
    .map((database) => ({ database, ...propose(database, into, keep, copies) }));
}

function propose(
  database: InventoryDatabase,
  into: string | undefined,
  keep: Readonly<Record<string, string>>,
  copies: ReadonlyMap<string, string>,
): { action: 'merge' | 'keep' | 'retire'; why: string } {
  const wanted = Object.keys(keep).find(
    (pattern) => pattern === database.path || picomatch(pattern, { dot: true, windows: false })(database.path),
  );
  if (wanted !== undefined) return { action: 'keep', why: keep[wanted]! || 'kept on request' };
  switch (database.kind) {
    case 'apple-double':
      return { action: 'retire', why: 'macOS metadata (AppleDouble), not a database' };
    case 'empty':
      return database.path === into
        ? { action: 'merge', why: 'stands at the path of the target' }
        : { action: 'retire', why: 'the file is empty' };
    case 'encrypted-or-unknown':
      return { action: 'keep', why: 'cannot be read: encrypted, or not a SQLite database' };
    case 'truncated':
    case 'corrupt':
      return { action: 'keep', why: 'cannot be read: the file is damaged' };
    case 'absent':
      return { action: 'merge', why: 'no such file here, but code names it' };
    case 'sqlite':
  }
  if (database.path === into)
    return { action: 'merge', why: 'stands at the path of the target, which takes its place' };
  const original = copies.get(database.path);
  if (original !== undefined) return { action: 'retire', why: `same content as ${original}` };
  // Whoever could not read everything must not conclude that nothing is there.
  if (database.problems.length > 0 && movableTables(database).length === 0)
    return { action: 'keep', why: `cannot be read: ${database.problems[0]!.message}` };
  if (movableTables(database).length === 0) return { action: 'retire', why: 'the database has no tables' };
  const program = foreignProgram(database);
  if (program !== undefined)
    return { action: 'keep', why: `has the tables of ${program}, another program (by their names)` };
  if (TEST_FOLDER.test(database.path)) return { action: 'keep', why: 'belongs to the tests (by its folder)' };
  const name = database.path.split('/').at(-1)!;
  if (TEST_NAME.test(name)) return { action: 'retire', why: 'looks like a test database (by its name)' };
  if (BACKUP.test(database.path)) return { action: 'keep', why: 'looks like a backup (by its name); it is left alone' };
  return { action: 'merge', why: '' };
}

/** Files whose content another file has, each with that other one: the target's own, the most used, the shortest name. */
function copiedFiles(inventory: Inventory, into: string | undefined): Map<string, string> {
  const references = new Map(inventory.databases.map((database) => [database.path, database.references]));
  const copies = new Map<string, string>();
  for (const { paths } of inventory.duplicates) {
    const [original, ...others] = [...paths].sort(
      (a, b) =>
        Number(b === into) - Number(a === into) ||
        (references.get(b) ?? 0) - (references.get(a) ?? 0) ||
        a.length - b.length ||
        compareText(a, b),
    );
    for (const other of others) copies.set(other, original!);
  }
  return copies;
}

/** Finds families among the databases that are merged. */
export function findFamilies(databases: readonly DraftedDatabase[], into: string | undefined): DatabaseFamily[] {
  const merged = databases.filter(
    ({ action, database }) => action === 'merge' && database.kind === 'sqlite' && database.path !== into,
  );
  const families: DatabaseFamily[] = [];
  const taken = new Set<string>();
  for (const kind of ['folder', 'file'] as const) {
    const candidates = new Map<string, InventoryDatabase[]>();
    for (const { database } of merged) {
      const pattern = patternFor(database.path, kind);
      if (taken.has(database.path) || pattern === undefined) continue;
      const id = `${pattern}\0${schemaFingerprint(database)}`;
      candidates.set(id, [...(candidates.get(id) ?? []), database]);
    }
    const patterns = new Set<string>();
    for (const [id, members] of candidates) {
      const pattern = id.slice(0, id.indexOf('\0'));
      // One pattern can stand for one family only; what else matches it is named by its own path.
      if (members.length < SMALLEST_FAMILY || patterns.has(pattern)) continue;
      patterns.add(pattern);
      for (const member of members) taken.add(member.path);
      families.push({ pattern, members, discriminator: discriminatorFor(members, kind) });
    }
  }
  return families.sort((a, b) => compareText(a.pattern, b.pattern));
}

// `folder/*.ext` for files beside one another; for files of one name in sibling folders, a star in the folder's place.
function patternFor(path: string, kind: 'folder' | 'file'): string | undefined {
  const parts = path.split('/');
  if (parts.some((part) => /[*?[\](){}!+@]/.test(part))) return undefined;
  const name = parts.at(-1)!;
  if (kind === 'folder') {
    const dot = name.lastIndexOf('.');
    return [...parts.slice(0, -1), dot > 0 ? `*${name.slice(dot)}` : '*'].join('/');
  }
  return parts.length < 3 ? undefined : [...parts.slice(0, -2), '*', name].join('/');
}

function schemaFingerprint(database: InventoryDatabase): string {
  return movableTables(database)
    .map((table) => ddlFingerprint(table.sql))
    .sort()
    .join('\n');
}

function discriminatorFor(
  members: readonly InventoryDatabase[],
  kind: 'folder' | 'file',
): DatabaseFamily['discriminator'] {
  const value = kind === 'folder' ? '${stem}' : '${dir}';
  const values = members.map((member) => expandPath(value, member.path));
  const parent = members[0]!.path.split('/').at(kind === 'folder' ? -2 : -3) ?? '';
  const wanted = values.every((text) => /^[A-Z0-9][A-Z0-9._-]{0,14}$/.test(text) && /[A-Z]/.test(text))
    ? 'symbol'
    : /^[a-z][a-z_]*s$/i.test(parent)
      ? singular(parent.toLowerCase())
      : 'source';
  const columns = new Set(
    members[0]!.tables.flatMap((table) => table.columns.map((column) => column.name.toLowerCase())),
  );
  return { column: columns.has(wanted) ? `${wanted}_source` : wanted, value };
}

/** The singular of an English plural, well enough for names of tables and columns. */
export function singular(word: string): string {
  if (/ies$/i.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(sses|xes|ches|shes)$/i.test(word)) return word.slice(0, -2);
  if (/[^su]s$/i.test(word) && !/(is|ics)$/i.test(word)) return word.slice(0, -1);
  return word;
}
