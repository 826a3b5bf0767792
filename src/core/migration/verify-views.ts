import { engineFileName } from '../engine';
import type { EngineDatabase } from '../engine';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { ResolvedTarget } from '../plan/resolved';
import type { WorkOptions } from '../ports';
import type { VerificationCheck } from '../results';
import { digestTable, digestTableGroups, groupKey } from '../sqlite/digest/digest';
import type { DatabaseImage } from '../sqlite/image/image';
import { readSchema } from '../sqlite/schema/schema';
import type { DatabaseSchema, SchemaColumn, SchemaTable } from '../sqlite/schema/schema-table';
import { NOTHING } from './row-content';
import type { Content } from './row-content';
import { throughScratchFile } from './scratch-file';

type View = ResolvedTarget['views'][number];

interface Shown {
  readonly view: string;
  readonly unified: string;
}

/**
 * A compatibility view shows exactly the rows of its unified table that came from the legacy table it is named after,
 * every value as it is; those rows have been compared with the legacy ones before.
 * @param database the target in the engine
 */
export async function verifyView(
  target: ResolvedTarget,
  view: View,
  database: EngineDatabase,
  image: DatabaseImage,
  schema: DatabaseSchema,
  scratch: string,
  options: WorkOptions,
): Promise<VerificationCheck> {
  const name = `${target.name}: view ${view.name} shows the rows of ${view.source.database}`;
  const stored = schema.tables.find((table) => table.name === view.table);
  const names = columnNames(database, view.name);
  if (!stored || names === undefined)
    return { name, ok: false, expected: 'a view', actual: 'it cannot be read', target: target.name };
  const shown = shownColumns(target, view, names, stored);
  const expected = await groupContent(target, view, image, stored, shown, options);
  const actual = await viewContent(database, view, shown, scratch, options);
  const text = ({ rows, digest }: Content) => (rows === 0 ? 'no rows' : `${rows} rows, digest ${digest}`);
  const ok = expected.rows === actual.rows && (expected.rows === 0 || expected.digest === actual.digest);
  return { name, ok, expected: text(expected), actual: text(actual), target: target.name };
}

/** Undefined when SQLite cannot read the view. */
export function columnNames(database: EngineDatabase, view: string): string[] | undefined {
  try {
    const statement = database.prepare(`SELECT * FROM ${quoteIdentifier(view)}`);
    try {
      return statement.getColumnNames();
    } finally {
      statement.free();
    }
  } catch {
    return undefined; // said by the check
  }
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Columns of the view by the stored column that they show; what is computed when it is read is not compared. */
function shownColumns(target: ResolvedTarget, view: View, names: readonly string[], stored: SchemaTable): Shown[] {
  const source = sourceOf(target, view);
  return names.flatMap((name): Shown[] => {
    const mapping = source?.columns.find((column) => column.kind === 'column' && same(column.source, name));
    const unified = stored.columns.find((column) => same(column.name, mapping?.target ?? name));
    return unified && (unified.field >= 0 || unified.rowidAlias) ? [{ view: name, unified: unified.name }] : [];
  });
}

function sourceOf(target: ResolvedTarget, view: View) {
  return target.tables
    .find((table) => table.name === view.table)
    ?.sources.find(({ database, table }) => database === view.source.database && table === view.source.table);
}

/** The rows of the unified table with the fixed values of the view's source; all of them where it is the only one. */
async function groupContent(
  target: ResolvedTarget,
  view: View,
  image: DatabaseImage,
  stored: SchemaTable,
  shown: readonly Shown[],
  options: WorkOptions,
): Promise<Content> {
  const columns = shown.map(({ unified }) => unified);
  const sources = target.tables.find((table) => table.name === view.table)?.sources ?? [];
  const fixed =
    sources.length > 1
      ? (sourceOf(target, view)?.columns ?? []).flatMap((column) => (column.kind === 'constant' ? [column] : []))
      : [];
  if (fixed.length === 0) return digestTable(image, stored, columns, options);
  const groups = await digestTableGroups(
    image,
    stored,
    columns,
    fixed.map((column) => column.target),
    options,
  );
  const places = fixed.map((column) => stored.columns.find(({ name }) => same(name, column.target)) as SchemaColumn);
  const key = groupKey(
    fixed.map((column) => column.value),
    places,
  );
  return groups.get(key) ?? NOTHING;
}

/** What the view returns, put into a scratch file and read from its bytes. */
async function viewContent(
  database: EngineDatabase,
  view: View,
  shown: readonly Shown[],
  scratch: string,
  options: WorkOptions,
): Promise<Content> {
  const list = shown.map((column, index) => `${quoteIdentifier(column.view)} AS c${index}`).join(', ') || '1 AS c0';
  const fill = (copy: EngineDatabase) => {
    database.run(`PRAGMA query_only = OFF; ATTACH ${quoteLiteral(engineFileName(copy))} AS shown`);
    try {
      database.run(`CREATE TABLE shown.rows AS SELECT ${list} FROM main.${quoteIdentifier(view.name)}`);
    } finally {
      database.run('DETACH shown; PRAGMA query_only = ON');
    }
  };
  return throughScratchFile(scratch, false, fill, async (image) => {
    const [table] = (await readSchema(image)).tables;
    const columns = shown.map((_, index) => `c${index}`);
    return digestTable(image, table!, columns, options);
  });
}
