import type { EngineDatabase } from '../engine';
import { ConsolidationError } from '../errors';
import { quoteIdentifier } from '../identifiers';
import type { MeasuredTable } from '../plan/measured-rows';
import { refersTo } from '../plan/legacy-parent';
import type { ResolvedPlan, ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { SOURCE_SCHEMA } from './copy-statement';

type LeftBehind = NonNullable<MeasuredTable['leftBehind']>[number];

interface Reference {
  readonly target: string;
  readonly child: ResolvedTable;
  readonly columns: readonly string[];
  readonly parentColumns: readonly string[];
  readonly declared: boolean;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/**
 * Rows that are taken along and refer to rows of the attached source (schema `legacy`) that its `where` leaves out. After
 * the merge they would lead nowhere, or to another source's row with the same key.
 * @param gathered where a policy chooses between rows with the same key: the table with the rows of all sources. A row of
 *   another one stands for the one that is left out there.
 */
export function leftBehind(
  scratch: EngineDatabase,
  plan: ResolvedPlan,
  target: ResolvedTarget,
  table: ResolvedTable,
  source: ResolvedSource,
  gathered?: string,
): LeftBehind[] {
  if (source.where === undefined) return [];
  return references(plan, target, table).flatMap((reference) =>
    reference.child.sources.flatMap((child): LeftBehind[] => {
      if (child.database !== source.database) return [];
      if (!reference.columns.every((column) => refersTo(child, column, table, source))) return [];
      const columns = legacyColumns(child, reference.columns);
      const keys = legacyColumns(source, reference.parentColumns);
      if (!columns || !keys) return [];
      const standing = gathered === undefined ? undefined : { name: gathered, keys: reference.parentColumns };
      const rows = countRows(scratch, child, columns, source, keys, standing);
      if (rows === 0) return [];
      return [
        {
          database: source.database,
          legacyTable: source.table,
          child: child.table,
          column: columns.join(', '),
          rows,
          declared: reference.declared,
        },
      ];
    }),
  );
}

/** Foreign keys of the unified tables, and the references that the plan lists. */
function references(plan: ResolvedPlan, target: ResolvedTarget, table: ResolvedTable): Reference[] {
  const declared = target.tables.flatMap((child) =>
    (child.foreignKeys ?? [])
      .filter((key) => same(key.table, table.name) && key.references.length === key.columns.length)
      .map((key) => ({ columns: key.columns, parentColumns: key.references }))
      .map((key): Reference => ({ target: target.name, child, ...key, declared: true })),
  );
  const listed = plan.relations
    .filter(({ to }) => to.target === target.name && same(to.table, table.name))
    .flatMap(({ from, to }): Reference[] => {
      const child = plan.targets
        .find(({ name }) => name === from.target)
        ?.tables.find(({ name }) => same(name, from.table));
      return child
        ? [{ target: from.target, child, columns: [from.column], parentColumns: [to.column], declared: false }]
        : [];
    });
  const known = (reference: Reference) =>
    declared.some(({ child, columns }) => child === reference.child && same(columns[0] ?? '', reference.columns[0]!));
  return [...declared, ...listed.filter((reference) => !known(reference))];
}

/** Undefined where a value is computed: verification looks at what came of it. */
function legacyColumns(source: ResolvedSource, unified: readonly string[]): string[] | undefined {
  const names = unified.flatMap((column) => {
    const mapping = source.columns.find((candidate) => same(candidate.target, column));
    return mapping?.kind === 'column' ? [mapping.source] : [];
  });
  return names.length === unified.length && names.length > 0 ? names : undefined;
}

/** @throws ConsolidationError `SQL_FAILED` */
function countRows(
  scratch: EngineDatabase,
  child: ResolvedSource,
  columns: readonly string[],
  parent: ResolvedSource,
  keys: readonly string[],
  standing: { readonly name: string; readonly keys: readonly string[] } | undefined,
): number {
  const list = (names: readonly string[]) => names.map(quoteIdentifier).join(', ');
  const from = ({ table }: ResolvedSource) => `FROM ${SOURCE_SCHEMA}.${quoteIdentifier(table)} NOT INDEXED`;
  const kept = ({ where }: ResolvedSource) => (where === undefined ? '1' : `CASE WHEN (${where}\n) THEN 1 ELSE 0 END`);
  // NOT IN is NULL where one of the keys is.
  const present = (names: readonly string[]) =>
    names.map((name) => ` AND ${quoteIdentifier(name)} IS NOT NULL`).join('');
  const of = (wanted: 0 | 1) =>
    `(SELECT ${list(keys)} ${from(parent)} WHERE ${kept(parent)} = ${wanted}${present(keys)})`;
  const reference = columns.length === 1 ? quoteIdentifier(columns[0]!) : `(${list(columns)})`;
  const others = standing
    ? ` AND ${reference} NOT IN (SELECT ${list(standing.keys)} FROM ${standing.name} WHERE 1${present(standing.keys)})`
    : '';
  const sql = `SELECT count(*) ${from(child)} WHERE ${kept(child)} = 1 AND ${reference} IN ${of(0)} AND ${reference} NOT IN ${of(1)}${others}`;
  try {
    return Number(scratch.exec(sql)[0]?.values[0]?.[0] ?? 0);
  } catch (cause) {
    throw new ConsolidationError(
      'SQL_FAILED',
      `SQLite refused the row filter of ${parent.table} or ${child.table} in ${parent.database}: ${cause instanceof Error ? cause.message : String(cause)}. Correct "where" in the plan.`,
      { database: parent.database, table: parent.table },
      { cause },
    );
  }
}
