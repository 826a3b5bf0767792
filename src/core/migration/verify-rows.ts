import type { ResolvedSource } from '../plan/resolved';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import type { VerificationCheck } from '../results';
import { addDigests, digestTable, digestTableGroups, groupKey } from '../sqlite/digest';
import type { DatabaseImage } from '../sqlite/image';
import type { DatabaseSchema } from '../sqlite/schema-table';
import { NOTHING, settledContent, sourceContent } from './row-content';
import type { Content, RowContext } from './row-content';
import { choosesRows } from './source-key';

/**
 * Rows of one unified table against its sources. Where discriminators tell the sources apart, each group is compared
 * with its source; otherwise the table is compared with the sum of all. Columns that an expression computes are left
 * out of the digest: only what is carried over as it is can be compared byte for byte.
 */
export async function verifyRows(
  context: RowContext,
  image: DatabaseImage,
  schema: DatabaseSchema,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const { target, table, legacy } = context;
  const sources = table.sources.filter((source) => legacy.holds(source.database));
  const stored = schema.tables.find((candidate) => candidate.name === table.name);
  const place = { target: target.name, table: table.name };
  const name = `${target.name}.${table.name}`;
  if (!stored) return [{ name: `${name}: exists`, ok: false, expected: 'a table', actual: 'missing', ...place }];

  if (table.kind === 'virtual') return verifyShadows(context, sources, image, schema, options);
  const content = (source: ResolvedSource, columns: readonly string[]) =>
    sourceContent(context, source, columns, options);
  if ((target.defaults ?? []).some((row) => row.table === table.name)) {
    const expected = await sum(sources, (source) => content(source, []));
    const actual = await digestTable(image, stored, [], options);
    return [withDefaults(name, expected.rows, actual.rows, place)];
  }
  if (choosesRows(table)) {
    const columns = [...table.columns];
    const expected = await settledContent(context, sources, columns, options);
    const actual = await digestTable(image, stored, columns, options);
    return [compare(`${name}: rows that stay of ${sourceNames(sources)}`, expected, actual, place)];
  }

  const grouping = discriminators(sources);
  if (grouping.length === 0) {
    const columns = commonColumns(sources);
    const expected = await sum(sources, (source) => content(source, columns));
    const actual = await digestTable(image, stored, columns, options);
    return [compare(`${name}: rows from ${sourceNames(sources)}`, expected, actual, place)];
  }

  const checks: VerificationCheck[] = [];
  for (const columns of distinctColumnLists(sources)) {
    const groups = await digestTableGroups(image, stored, columns, grouping, options);
    for (const source of sources.filter((candidate) => sameList(carriedColumns(candidate), columns))) {
      throwIfCancelled(options.signal);
      const key = groupKey(
        grouping.map((column) => constantOf(source, column)),
        grouping.map((column) => stored.columns.find((candidate) => candidate.name === column)!),
      );
      checks.push(
        compare(
          `${name}: rows from ${source.database}`,
          await content(source, columns),
          groups.get(key) ?? NOTHING,
          place,
        ),
      );
    }
  }
  const total = await sum(sources, (source) => content(source, []));
  const actual = await digestTable(image, stored, [], options);
  checks.push(compare(`${name}: rows in all`, { ...total, digest: '' }, { ...actual, digest: '' }, place));
  return checks;
}

/** What a virtual table holds is in its shadow tables, which have to be the same row for row. */
async function verifyShadows(
  { target, table, legacy }: RowContext,
  sources: readonly ResolvedSource[],
  image: DatabaseImage,
  schema: DatabaseSchema,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const checks: VerificationCheck[] = [];
  for (const source of sources) {
    const from = await legacy.open(source.database);
    for (const shadow of from.schema.tables.filter((candidate) => candidate.shadowOf === source.table)) {
      const name = table.name + shadow.name.slice(source.table.length);
      const stored = schema.tables.find((candidate) => candidate.name === name);
      const columns = shadow.columns.map((column) => column.name);
      const expected = await digestTable(from.image, shadow, columns, options);
      const actual = stored ? await digestTable(image, stored, columns, options) : NOTHING;
      const place = { target: target.name, table: table.name };
      checks.push(
        compare(`${target.name}.${name}: rows from ${source.database} ${shadow.name}`, expected, actual, place),
      );
    }
  }
  return checks;
}

/** Default rows of a supplied DDL come on top of the legacy rows, where those do not hold their keys. */
function withDefaults(
  name: string,
  legacy: number,
  actual: number,
  place: { target: string; table: string },
): VerificationCheck {
  return {
    name: `${name}: rows, with the default rows`,
    ok: actual >= legacy,
    expected: `at least ${legacy} rows`,
    actual: `${actual} rows`,
    ...place,
  };
}

function compare(
  name: string,
  expected: Content,
  actual: Content,
  place: { target: string; table: string },
): VerificationCheck {
  const text = ({ rows, digest }: Content) => (digest ? `${rows} rows, digest ${digest}` : `${rows} rows`);
  const ok = expected.rows === actual.rows && (expected.rows === 0 || expected.digest === actual.digest);
  return { name, ok, expected: text(expected), actual: text(actual), ...place };
}

/** Unified names of the columns that a source carries over unchanged, in table order. */
function carriedColumns(source: ResolvedSource): string[] {
  return source.columns.flatMap((mapping) => (mapping.kind === 'column' ? [mapping.target] : []));
}

function commonColumns(sources: readonly ResolvedSource[]): string[] {
  const [first, ...rest] = sources.map(carriedColumns);
  return (first ?? []).filter((column) => rest.every((columns) => columns.includes(column)));
}

function distinctColumnLists(sources: readonly ResolvedSource[]): string[][] {
  const lists = sources.map(carriedColumns);
  return lists.filter((list, index) => lists.findIndex((other) => sameList(other, list)) === index);
}

const sameList = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((value, index) => value === b[index]);

const constantOf = (source: ResolvedSource, column: string) => {
  const mapping = source.columns.find((candidate) => candidate.target === column);
  return mapping?.kind === 'constant' ? mapping.value : null;
};

/** Columns that are constant in every source and together tell all sources apart; empty when there are none. */
function discriminators(sources: readonly ResolvedSource[]): string[] {
  if (sources.length < 2) return [];
  const constants = sources[0]!.columns.flatMap((mapping) => (mapping.kind === 'constant' ? [mapping.target] : []));
  const columns = constants.filter((column) =>
    sources.every((source) =>
      source.columns.some((mapping) => mapping.kind === 'constant' && mapping.target === column),
    ),
  );
  const keys = new Set(sources.map((source) => JSON.stringify(columns.map((column) => constantOf(source, column)))));
  return keys.size === sources.length ? columns : [];
}

async function sum(
  sources: readonly ResolvedSource[],
  content: (source: ResolvedSource) => Promise<Content>,
): Promise<Content> {
  let total: Content = NOTHING;
  for (const source of sources) {
    const part = await content(source);
    total = {
      rows: total.rows + part.rows,
      digest: total.digest ? addDigests(total.digest, part.digest) : part.digest,
    };
  }
  return total;
}

const sourceNames = (sources: readonly ResolvedSource[]) =>
  sources.length === 0 ? 'no source' : sources.map((source) => `${source.database} ${source.table}`).join(', ');
