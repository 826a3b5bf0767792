import type { InventoryDatabase, InventoryIndex, InventoryTable } from '../inventory/inventory';
import type { ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { affinityOf } from '../sqlite/format/affinity';
import { isOperator, sqlTokens } from '../sqlite/sql-tokens';
import type { Tree } from './steps';
import type { TableShape } from './table-shapes';

/** May b-trees of this database stand in the target as they are? Pages and text have to be of one kind. */
export function sharesFormat(target: ResolvedTarget, legacy: InventoryDatabase): boolean {
  return (
    legacy.pageSize === Number(target.profile.page_size ?? 4096) &&
    legacy.reservedBytes === 0 &&
    legacy.encoding === 'UTF-8' &&
    /^utf-?8$/i.test(String(target.profile.encoding ?? 'UTF-8'))
  );
}

/**
 * The b-trees to graft when a table moves unchanged: its own, and that of every index. Undefined when anything about the
 * stored form differs; then the rows move as SQL.
 */
export function graftTrees(
  target: ResolvedTarget,
  table: ResolvedTable,
  source: ResolvedSource,
  database: InventoryDatabase,
  legacy: InventoryTable,
  shape: TableShape | undefined,
): Tree[] | undefined {
  if (!shape || table.sources.length !== 1 || source.where !== undefined || source.keys !== 'keep') return undefined;
  if ((target.defaults ?? []).some((row) => row.table === table.name)) return undefined;
  if (!sharesFormat(target, database) || !sameRecords(source, legacy, shape)) return undefined;
  const trees: Tree[] = [{ kind: legacy.withoutRowid ? 'index' : 'table', from: legacy.name, to: table.name }];
  const left = legacy.indexes.filter((index) => !isTableItself(index, legacy.withoutRowid));
  for (const wanted of shape.indexes.filter((index) => !isTableItself(index, shape.withoutRowid))) {
    const match = left.findIndex((index) => sameIndex(index, wanted, source, database));
    if (match < 0) return undefined;
    trees.push({ kind: 'index', from: left[match]!.name, to: wanted.name });
    left.splice(match, 1);
  }
  return trees;
}

/** The primary key "index" of a WITHOUT ROWID table is the table (file format, section 2.4). */
const isTableItself = (index: InventoryIndex, withoutRowid: boolean) => withoutRowid && index.origin === 'pk';

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Every column at its place, with the same affinity, key and default, so that the record bytes mean the same. */
function sameRecords(source: ResolvedSource, legacy: InventoryTable, shape: TableShape): boolean {
  if (shape.withoutRowid !== legacy.withoutRowid || (shape.strict && !legacy.strict)) return false;
  if (shape.columns.length !== legacy.columns.length || source.columns.length !== legacy.columns.length) return false;
  if (rowidAlias(shape) !== rowidAlias(legacy)) return false;
  if (legacy.withoutRowid && !sameKey(source, legacy, shape)) return false;
  return legacy.columns.every((column, index) => {
    const unified = shape.columns[index]!;
    const mapping = source.columns.find((candidate) => same(candidate.target, unified.name));
    return (
      mapping?.kind === 'column' &&
      same(mapping.source, column.name) &&
      column.generated === '' &&
      unified.generated === '' &&
      affinityOf(unified.type, shape.strict) === affinityOf(column.type, legacy.strict) &&
      unified.primaryKey === column.primaryKey &&
      (column.notNull || !unified.notNull) &&
      unified.default === column.default
    );
  });
}

/** Place of the INTEGER PRIMARY KEY column that is the rowid, or -1: one that has an index of its own is none. */
function rowidAlias(table: Pick<TableShape, 'columns' | 'indexes' | 'withoutRowid'>): number {
  const keys = table.columns.filter((column) => column.primaryKey > 0);
  const [key] = keys;
  if (table.withoutRowid || keys.length !== 1 || key!.type.toUpperCase() !== 'INTEGER') return -1;
  return table.indexes.some((index) => index.origin === 'pk') ? -1 : table.columns.indexOf(key!);
}

function sameKey(source: ResolvedSource, legacy: InventoryTable, shape: TableShape): boolean {
  const [from] = legacy.indexes.filter((index) => index.origin === 'pk');
  const [to] = shape.indexes.filter((index) => index.origin === 'pk');
  return from !== undefined && to !== undefined && sameColumns(from, to, source);
}

function sameIndex(
  from: InventoryIndex,
  to: InventoryIndex,
  source: ResolvedSource,
  database: InventoryDatabase,
): boolean {
  if (to.origin !== from.origin || to.unique !== from.unique || to.partial !== from.partial) return false;
  // Before schema format 4 DESC was read and not obeyed: such an index is stored the other way round.
  if (from.columns.some((column) => column.descending) && (database.schemaFormat ?? 0) < 4) return false;
  if (!sameColumns(from, to, source)) return false;
  const computed = from.partial || from.columns.some((column) => column.name === null);
  return !computed || (keepsNames(source) && definition(from) !== undefined && definition(from) === definition(to));
}

function sameColumns(from: InventoryIndex, to: InventoryIndex, source: ResolvedSource): boolean {
  return (
    from.columns.length === to.columns.length &&
    from.columns.every((column, index) => {
      const unified = to.columns[index]!;
      const mapping = source.columns.find(
        (candidate) => candidate.kind === 'column' && same(candidate.source, column.name ?? ''),
      );
      const name = column.name === null ? null : mapping?.target;
      const sameName =
        name === null ? unified.name === null : name !== undefined && unified.name !== null && same(name, unified.name);
      return sameName && unified.descending === column.descending && same(unified.collation, column.collation);
    })
  );
}

const keepsNames = (source: ResolvedSource) =>
  source.columns.every((mapping) => mapping.kind === 'column' && same(mapping.source, mapping.target));

/** What an index is on, from the first parenthesis: key expressions and the condition. */
function definition(index: InventoryIndex): string | undefined {
  if (index.sql === null) return undefined;
  const tokens = sqlTokens(index.sql);
  const start = tokens.findIndex((token) => isOperator(token, '('));
  return tokens
    .slice(start)
    .map((token) => token.text)
    .join(' ');
}
