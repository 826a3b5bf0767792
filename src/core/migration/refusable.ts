import type { InventoryDatabase, InventoryIndex, InventoryTable } from '../inventory/inventory';
import type { ColumnMapping, ResolvedSource, ResolvedTable } from '../plan/resolved';
import { affinityOf } from '../sqlite/format/affinity';
import { isKeyword, isOperator, sqlTokens, tokenName } from '../sqlite/sql-tokens';
import { choosesRows } from './source-key';
import type { TableShape } from './table-shapes';

/**
 * May the unified table refuse a row of its sources? `false` only where their own constraints prove that it cannot, so
 * that the preflight has to try only the tables that are left.
 * @param legacyOf the table behind a source; undefined when its database is absent
 */
export function mayRefuse(
  table: ResolvedTable,
  shape: TableShape | undefined,
  legacyOf: (source: ResolvedSource) => InventoryTable | undefined,
): boolean {
  if (!shape) return true;
  const sources = table.sources.flatMap((source) => {
    const legacy = legacyOf(source);
    return legacy ? [{ source, legacy }] : [];
  });
  if (sources.length === 0) return false;
  const checks = checksOf(table.sql, new Map());
  if (sources.some(({ source, legacy }) => !satisfies(checks, source, legacy))) return true;
  if (sources.some(({ source, legacy }) => !fillsNotNull(source, legacy, shape))) return true;
  if (shape.strict && sources.some(({ source, legacy }) => !keepsTypes(source, legacy, shape))) return true;
  if (table.rowidAlias && sources.some(({ source, legacy }) => !givesIntegers(table, source, legacy))) return true;
  // A policy leaves one row for each key.
  const unique = shape.indexes.filter((index) => index.unique && !(choosesRows(table) && index.origin === 'pk'));
  return unique.some((index) => !staysUnique(index, shape, sources));
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

const mappingOf = (source: ResolvedSource, column: string | null): ColumnMapping | undefined =>
  column === null ? undefined : source.columns.find((mapping) => same(mapping.target, column));

const legacyColumn = (legacy: InventoryTable, mapping: ColumnMapping | undefined) =>
  mapping?.kind === 'column' ? legacy.columns.find((column) => same(column.name, mapping.source)) : undefined;

/** The one INTEGER PRIMARY KEY column is the rowid, which is never NULL. */
function isRowid(legacy: InventoryTable, mapping: ColumnMapping | undefined): boolean {
  if (mapping?.kind !== 'column' || legacy.withoutRowid) return false;
  const column = legacyColumn(legacy, mapping);
  if (!column) return ['rowid', '_rowid_', 'oid'].includes(mapping.source.toLowerCase());
  return (
    column.primaryKey === 1 &&
    column.type.toUpperCase() === 'INTEGER' &&
    !legacy.columns.some(({ primaryKey }) => primaryKey > 1) &&
    !legacy.indexes.some((index) => index.origin === 'pk')
  );
}

function fillsNotNull(source: ResolvedSource, legacy: InventoryTable, shape: TableShape): boolean {
  return shape.columns
    .filter((column) => column.notNull && column.generated === '')
    .every((column) => {
      const mapping = mappingOf(source, column.name);
      if (!mapping) return column.default !== null && column.default.toUpperCase() !== 'NULL';
      if (mapping.kind === 'constant') return mapping.value !== null;
      return isRowid(legacy, mapping) || legacyColumn(legacy, mapping)?.notNull === true;
    });
}

function keepsTypes(source: ResolvedSource, legacy: InventoryTable, shape: TableShape): boolean {
  return (
    legacy.strict &&
    shape.columns.every((column) => {
      const from = legacyColumn(legacy, mappingOf(source, column.name));
      return from !== undefined && (same(column.type, 'ANY') || same(from.type, column.type));
    })
  );
}

/** Anything but an integer in an INTEGER PRIMARY KEY is a "datatype mismatch". */
function givesIntegers(table: ResolvedTable, source: ResolvedSource, legacy: InventoryTable): boolean {
  const mapping = mappingOf(source, table.primaryKey?.[0] ?? null);
  return mapping === undefined || isRowid(legacy, mapping);
}

/** CHECK constraints as comparable text, names under the unified ones. */
function checksOf(sql: string, renamed: ReadonlyMap<string, string>): string[] {
  const tokens = sqlTokens(sql);
  return tokens.flatMap((token, index) => {
    if (!isKeyword(token, 'CHECK') || !isOperator(tokens[index + 1], '(')) return [];
    const body: string[] = [];
    let depth = 0;
    for (const part of tokens.slice(index + 1)) {
      if (isOperator(part, '(')) depth++;
      if (isOperator(part, ')') && --depth === 0) break;
      const name = part.kind === 'word' || part.kind === 'quoted' ? tokenName(part).toLowerCase() : undefined;
      body.push(name === undefined ? part.text : JSON.stringify(renamed.get(name) ?? name));
    }
    return [body.join(' ')];
  });
}

/** The legacy table has the same constraints, on columns that are carried over as they are. */
function satisfies(checks: readonly string[], source: ResolvedSource, legacy: InventoryTable): boolean {
  if (checks.length === 0) return true;
  const carried = source.columns.flatMap((mapping) =>
    mapping.kind === 'column' ? [[mapping.source.toLowerCase(), mapping.target.toLowerCase()] as const] : [],
  );
  const changed = source.columns.flatMap((mapping) =>
    mapping.kind === 'column' ? [] : [JSON.stringify(mapping.target.toLowerCase())],
  );
  if (changed.some((name) => checks.some((check) => check.includes(name)))) return false;
  const own = new Set(checksOf(legacy.sql, new Map(carried)));
  return checks.every((check) => own.has(check));
}

interface Given {
  readonly source: ResolvedSource;
  readonly legacy: InventoryTable;
}

/** Each source satisfies it by itself, and values that are fixed for each source tell the sources apart. */
function staysUnique(index: InventoryIndex, shape: TableShape, sources: readonly Given[]): boolean {
  const constants = sources.map(({ source }) =>
    JSON.stringify(
      index.columns.map(({ name }) => {
        const mapping = mappingOf(source, name);
        return mapping?.kind === 'constant' && mapping.value !== null ? mapping.value : null;
      }),
    ),
  );
  if (new Set(constants).size < sources.length && !(index.origin === 'pk' && sources.length > 1)) return false;
  return sources.every(({ source, legacy }) => {
    const carried = index.columns.filter(({ name }) => mappingOf(source, name)?.kind !== 'constant');
    return (
      legacy.indexes
        .filter((own) => own.unique && !own.partial)
        .some((own) =>
          own.columns.every(
            (column) =>
              column.name !== null &&
              carried.some(({ name, collation }) => {
                const mapping = mappingOf(source, name);
                return (
                  mapping?.kind === 'column' &&
                  same(mapping.source, column.name!) &&
                  same(collation, column.collation) &&
                  keepsAffinity(mapping, shape, legacy)
                );
              }),
          ),
        ) || carried.some(({ name }) => isRowid(legacy, mappingOf(source, name)))
    );
  });
}

/** Values that are converted can become equal. */
function keepsAffinity(mapping: ColumnMapping, shape: TableShape, legacy: InventoryTable): boolean {
  const to = shape.columns.find((column) => same(column.name, mapping.target));
  const from = legacyColumn(legacy, mapping);
  if (!to || !from) return false;
  const affinity = affinityOf(to.type, shape.strict);
  return affinity === 'blob' || affinity === affinityOf(from.type, legacy.strict);
}

/** Finds the legacy table of a source among the databases that are there. */
export function legacyTables(
  databases: readonly InventoryDatabase[],
): (source: ResolvedSource) => InventoryTable | undefined {
  const known = new Map(databases.filter(({ kind }) => kind !== 'absent').map((database) => [database.path, database]));
  return (source) => known.get(source.database)?.tables.find(({ name }) => name === source.table);
}
