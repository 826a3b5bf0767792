import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { InventoryTable } from '../inventory/inventory';
import { foldName, sameName } from '../sqlite/sql-tokens';
import { parseCreateTable } from './ddl';
import { mentionedNames } from './dependents';
import type { ResolvedSource, ResolvedTable } from './resolved';

/** A column of a compatibility view. */
export interface ShownColumn {
  readonly unified: string;
  readonly legacy: string;
}

export interface WritableView {
  readonly table: ResolvedTable;
  readonly source: ResolvedSource;
  readonly legacy: InventoryTable | undefined;
  readonly columns: readonly ShownColumn[];
  /** What the view's own WHERE says. */
  readonly conditions: readonly string[];
}

/** What each INSTEAD OF trigger of a view does, by its event. */
export interface TriggerBodies {
  readonly INSERT: string;
  readonly UPDATE: string;
  readonly DELETE: string;
}

/**
 * Legacy code writes legacy rows: what it inserts is mapped as the migration maps, and what it changes or deletes is
 * exactly the rows that it sees. Where that cannot be told, the statement fails with a sentence; it never does something else.
 */
export function triggerBodies(view: WritableView): TriggerBodies {
  const unified = quoteIdentifier(view.table.name);
  const match = matcher(view);
  const guard = [...collidingRows(view, match), ...changedExpressions(view)].join('');
  const set = insertable(view)
    .map(({ unified: column, legacy }) => `${quoteIdentifier(column)} = NEW.${quoteIdentifier(legacy)}`)
    .join(', ');
  return {
    INSERT: insertBody(view),
    UPDATE: `${guard}UPDATE ${unified} SET ${set} WHERE ${match.of('OLD')};`,
    DELETE: `DELETE FROM ${unified} WHERE ${match.of('OLD')};`,
  };
}

/** Generated columns are shown and take no value. */
const insertable = ({ table, columns }: WritableView) =>
  columns.filter(({ unified }) => table.columns.some((known) => sameName(known, unified)));

function insertBody(view: WritableView): string {
  const { table, source, columns } = view;
  const expressions = source.columns.flatMap((column) => {
    const own = columns.find(({ unified }) => sameName(unified, column.target));
    return column.kind === 'sql' && (own || canCompute(view, column.sql)) ? [{ ...column, own }] : [];
  });
  const computed = expressions.filter(({ sql }) => canCompute(view, sql));
  const isExpression = (name: string) => expressions.some(({ target }) => sameName(target, name));
  const defaults = columnDefaults(table.sql);
  const plain = insertable(view).filter(({ unified }) => !isExpression(unified));
  const constants = source.columns.flatMap((column) => (column.kind === 'constant' ? [column] : []));
  const value = ({ unified, legacy }: ShownColumn) => {
    const fallback = defaults.get(foldName(unified));
    // Through a view a column that was left out arrives as NULL and would not get its default.
    return fallback === undefined
      ? `NEW.${quoteIdentifier(legacy)}`
      : `coalesce(NEW.${quoteIdentifier(legacy)}, ${fallback})`;
  };
  const into = [...plain.map(({ unified }) => unified), ...[...constants, ...computed].map(({ target }) => target)];
  const values = [
    ...plain.map(value),
    ...constants.map((column) => quoteLiteral(column.value)),
    ...computed.map(({ sql }) => `(${sql}\n)`),
  ];
  const refusals = expressions
    .filter(({ sql }) => !canCompute(view, sql))
    .map(({ own }) => refuse(view, own!.legacy, `NEW.${quoteIdentifier(own!.legacy)} IS NOT NULL`));
  const from = computed.length === 0 ? '' : ` FROM ${newRow(view)}`;
  const list = into.map(quoteIdentifier).join(', ');
  return `${refusals.join('')}INSERT INTO ${quoteIdentifier(table.name)} (${list}) SELECT ${values.join(', ')}${from};`;
}

/** The new row under the names that expressions of the plan use. */
function newRow({ columns, source }: WritableView): string {
  const list = columns.map(({ legacy }) => `NEW.${quoteIdentifier(legacy)} AS ${quoteIdentifier(legacy)}`).join(', ');
  return `(SELECT ${list}) AS ${quoteIdentifier(source.table)}`;
}

/** Does an expression read only columns that the view has? */
function canCompute({ columns, legacy }: WritableView, sql: string): boolean {
  if (!legacy) return false;
  const names = mentionedNames(sql);
  const read = [...legacy.columns.map(({ name }) => name), 'rowid', '_rowid_', 'oid'].filter((name) =>
    names.has(foldName(name)),
  );
  return read.every((name) => columns.some((column) => sameName(column.legacy, name)));
}

/** A column that an expression of the plan makes shows another value than was written: a change is taken only where both agree. */
function changedExpressions(view: WritableView): string[] {
  return view.source.columns.flatMap((column) => {
    const own = view.columns.find(({ unified }) => sameName(unified, column.target));
    if (column.kind !== 'sql' || !own) return [];
    const name = quoteIdentifier(own.legacy);
    const changed = `NEW.${name} IS NOT OLD.${name}`;
    const differs = canCompute(view, column.sql)
      ? ` AND NEW.${name} IS NOT (SELECT (${column.sql}\n) FROM ${newRow(view)})`
      : '';
    return [refuse(view, own.legacy, changed + differs)];
  });
}

const refuse = ({ table }: WritableView, column: string, when: string) =>
  raise(`${column} is computed by the consolidation plan: write to ${table.name} instead`, when);

const raise = (message: string, when: string) => `SELECT raise(ABORT, ${quoteLiteral(message)}) WHERE ${when}; `;

interface Matcher {
  /** The unified rows that are this row of the view. */
  readonly of: (row: 'OLD' | 'NEW') => string;
  /** Is it one row at most? */
  readonly unique: boolean;
}

/** By the key, where it tells every row; else by all that the view shows. */
function matcher({ table, source, columns, conditions }: WritableView): Matcher {
  const key = table.primaryKey ?? [];
  const fixed = source.columns.flatMap((column) => (column.kind === 'constant' ? [column] : []));
  const shown = (column: string) => columns.find(({ unified }) => sameName(unified, column));
  const constant = (column: string) => fixed.find(({ target }) => sameName(target, column));
  const unique = key.length > 0 && !mayBeNull(table) && key.every((column) => shown(column) ?? constant(column));
  const own = key.flatMap((column) => {
    const { value } = constant(column) ?? {};
    return value === undefined ? [] : [`${quoteIdentifier(column)} IS ${quoteLiteral(value)}`];
  });
  const equal = (row: string, { unified, legacy }: ShownColumn, collation = '') =>
    `${quoteIdentifier(unified)}${collation} IS ${row}.${quoteIdentifier(legacy)}`;
  return {
    unique,
    of: (row) =>
      [
        ...new Set([
          ...key.flatMap((column) => shown(column) ?? []).map((column) => equal(row, column)),
          // Rows that only a collation takes for the same are two.
          ...(unique ? [] : columns.map((column) => equal(row, column, ' COLLATE BINARY'))),
          ...own,
          ...conditions,
        ]),
      ].join(' AND '),
  };
}

/** A PRIMARY KEY may be NULL, and more than once, in tables with rowids (https://sqlite.org/lang_createtable.html#the_primary_key). */
function mayBeNull(table: ResolvedTable): boolean {
  if (table.rowidAlias || table.withoutRowid) return false;
  const columns = parseCreateTable(table.sql)?.columns ?? [];
  return !(table.primaryKey ?? []).every((name) =>
    columns.some((column) => sameName(column.name, name) && column.constraints.some(({ kind }) => kind === 'not-null')),
  );
}

/**
 * SQLite collects the rows of a view first and then updates one after the other. Where nothing tells rows apart, a row
 * that has become equal to one whose turn is yet to come would be changed twice.
 */
function collidingRows(view: WritableView, match: Matcher): string[] {
  if (match.unique) return [];
  const rows = (row: 'OLD' | 'NEW') =>
    `EXISTS (SELECT 1 FROM ${quoteIdentifier(view.table.name)} WHERE ${match.of(row)})`;
  const same = view.columns
    .map(({ legacy }) => `NEW.${quoteIdentifier(legacy)} COLLATE BINARY IS OLD.${quoteIdentifier(legacy)}`)
    .join(' AND ');
  return [
    raise(
      `rows of ${view.source.table} have no key that tells them apart: update ${view.table.name} instead`,
      `NOT (${same}) AND ${rows('OLD')} AND ${rows('NEW')}`,
    ),
  ];
}

/** Defaults of columns as SQL expressions; those that read other columns do not exist in SQLite. */
function columnDefaults(sql: string): Map<string, string> {
  const defaults = new Map<string, string>();
  for (const column of parseCreateTable(sql)?.columns ?? []) {
    const body = column.constraints.find(({ kind }) => kind === 'default')?.body;
    if (body === undefined || foldName(body) === 'null') continue;
    // A bare word as a default is a text (https://sqlite.org/lang_createtable.html#the_default_clause).
    const bare =
      /^[A-Za-z_]\w*$/.test(body) &&
      ![...mentionedNames(body)].some((word) =>
        ['true', 'false', 'current_time', 'current_date', 'current_timestamp'].includes(word),
      );
    defaults.set(foldName(column.name), bare ? quoteLiteral(body) : body);
  }
  return defaults;
}
