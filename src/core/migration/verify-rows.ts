import type { ResolvedSource } from '../plan/resolved';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import type { VerificationCheck } from '../results';
import { addDigests, digestTable, digestTableGroups, groupKey } from '../sqlite/digest/digest';
import { digestTwins } from '../sqlite/digest/twin-digest';
import { groupKeyOf } from '../sqlite/digest/group-key';
import type { DatabaseImage } from '../sqlite/image/image';
import type { DatabaseSchema, SchemaColumn, SchemaTable } from '../sqlite/schema/schema-table';
import { carriedRows, computedRows } from './expected-rows';
import type { RowContext, Rows } from './expected-rows';
import { fullTextDeclaration } from './full-text/declaration';
import { verifyTexts } from './full-text/verify';
import { keptRowid, rowidName } from './copy-statement';
import { quarantineName } from './refused-rows';
import { rowDifferences } from './row-differences';
import { NOTHING } from './row-content';
import type { Content } from './row-content';
import { choosesRows } from './source-key';
import { isVolatile, volatileColumns } from './volatile';

interface Place {
  readonly target: string;
  readonly table: string;
  readonly source?: VerificationCheck['source'];
}

/** The one source that a comparison is about. */
const only = (sources: readonly ResolvedSource[]): Pick<Place, 'source'> =>
  sources.length === 1 ? { source: { database: sources[0]!.database, table: sources[0]!.table } } : {};

/**
 * Every row of one unified table against its sources, value by value and type by type. Sources are compared apart where
 * fixed values tell their rows apart, and in sum where nothing does. What is carried over as it is is read from the
 * backup's bytes; what the plan computes is computed once more. Only what depends on the moment is left out.
 */
export async function verifyRows(
  context: Omit<RowContext, 'stored'>,
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
  const whole: RowContext = { ...context, stored };
  if (table.kind === 'virtual') {
    const declaration = fullTextDeclaration(table.sql);
    return declaration && declaration.content !== 'none'
      ? verifyTexts({ target, table, image, schema }, sources, legacy, options)
      : verifyShadows(context, image, schema, options);
  }
  const defaults = (target.defaults ?? []).filter((row) => row.table === table.name);
  const quarantine = schema.tables.find((candidate) => candidate.name === quarantineName(table));
  if (defaults.length > 0 || choosesRows(table) || quarantine)
    return verifyWhole(
      whole,
      sources,
      image,
      quarantine,
      defaults.map(({ sql }) => sql),
      options,
    );
  return new GroupedRows(whole, sources, image, options).verify();
}

/** Tables whose rows cannot be told by source: what stays of all, with the default rows, is compared at once. */
async function verifyWhole(
  context: RowContext,
  sources: readonly ResolvedSource[],
  image: DatabaseImage,
  quarantine: SchemaTable | undefined,
  defaults: readonly string[],
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const { target, table, stored } = context;
  const place = { target: target.name, table: table.name };
  // What a default row takes from the clock cannot be told column by column.
  const columns = defaults.some(isVolatile) ? [] : comparable(context, sources);
  const what = [
    sources.length === 0 ? 'no source' : sourceNames(sources),
    ...(defaults.length > 0 ? ['the default rows'] : []),
  ].join(', with ');
  const checks = [
    await compareRows(
      `${target.name}.${table.name}: rows${choosesRows(table) ? ' that stay' : ''} of ${what}`,
      [computedRows(context, sources, columns)],
      { rows: [stands(image, stored, columns)] },
      columns,
      { ...place, ...(defaults.length === 0 ? only(sources) : {}) },
      options,
    ),
  ];
  if (!quarantine) return checks;
  const kept = quarantine.columns.map((column) => column.name);
  return [
    ...checks,
    await compareRows(
      `${target.name}.${quarantine.name}: rows that ${table.name} refuses`,
      [computedRows(context, sources, kept, quarantine.name)],
      { rows: [stands(image, quarantine, kept)] },
      kept,
      { target: target.name, table: quarantine.name },
      options,
    ),
  ];
}

const stands =
  (image: DatabaseImage, table: SchemaTable, columns: readonly string[]): Rows =>
  (work) =>
    work({ image, table, columns });

/** Columns that are stored and can be known: all but those that depend on the moment. Rowids that are kept, too. */
function comparable({ target, table, stored }: RowContext, sources: readonly ResolvedSource[]): string[] {
  const withDefaultRows = (target.defaults ?? []).some((row) => row.table === table.name);
  const left = new Set(volatileColumns(stored.columns, sources, withDefaultRows));
  const columns = stored.columns.filter(({ field, rowidAlias, name }) => (field >= 0 || rowidAlias) && !left.has(name));
  const given = (column: SchemaColumn) =>
    !column.rowidAlias || sources.every((source) => source.columns.some(({ target }) => target === column.name));
  return columns.filter(given).map(({ name }) => name);
}

/** A table without anything that chooses between its rows. */
class GroupedRows {
  /** Columns with a fixed value in every source: by these the rows of the table are told apart. */
  readonly #fixed: readonly string[];
  /** Columns that are compared. */
  readonly #compared: readonly string[];

  constructor(
    private readonly context: RowContext,
    private readonly sources: readonly ResolvedSource[],
    private readonly image: DatabaseImage,
    private readonly options: WorkOptions,
  ) {
    const { table, stored, legacy } = context;
    const columns = comparable(context, sources);
    this.#fixed =
      sources.length === 0
        ? []
        : columns.filter((column) => sources.every((source) => constantOf(source, column) !== undefined));
    const rowid =
      sources.length === 1 && !stored.withoutRowid && table.keepRowid === true && legacy.holds(sources[0]!.database);
    const name = rowidName(table.columns);
    this.#compared = [
      ...(rowid && name !== undefined ? [name] : []),
      ...columns.filter((column) => !this.#fixed.includes(column)),
    ];
  }

  async verify(): Promise<VerificationCheck[]> {
    const { context, sources, image, options } = this;
    const { target, table, stored } = context;
    const place = { target: target.name, table: table.name };
    const name = `${place.target}.${place.table}`;
    const compared = await this.#withoutLostRowid();
    const groups = new Map<string, ResolvedSource[]>();
    for (const source of sources) {
      const key = this.#keyOf(source);
      groups.set(key, [...(groups.get(key) ?? []), source]);
    }
    const actual = await this.#actual(compared, groups.size);
    const checks: VerificationCheck[] = [];
    for (const [key, members] of groups) {
      throwIfCancelled(options.signal);
      const expected: Rows[] = [];
      for (const source of members)
        expected.push((await carriedRows(context, source, compared)) ?? computedRows(context, [source], compared));
      const what = members.length === 1 ? members[0]!.database : sourceNames(members);
      checks.push(
        await compareRows(
          `${name}: rows from ${what}`,
          expected,
          {
            rows: [stands(image, stored, compared)],
            only: this.#member(key),
            content: this.#fixed.length > 0 ? (actual.get(key) ?? NOTHING) : undefined,
          },
          compared,
          { ...place, ...only(members) },
          options,
        ),
      );
    }
    const strangers = [...actual].filter(([key]) => !groups.has(key)).reduce((sum, [, { rows }]) => sum + rows, 0);
    if (strangers > 0 || groups.size === 0 || this.#fixed.length > 0)
      checks.push({
        name: `${name}: no rows of another origin`,
        ok: strangers === 0,
        expected: '0 rows',
        actual: `${strangers} rows`,
        ...place,
      });
    return checks;
  }

  /** Rows that stand, by their fixed values. Not needed where all of them are compared with all that was expected. */
  async #actual(compared: readonly string[], groups: number): Promise<ReadonlyMap<string, Content>> {
    const { image, options } = this;
    const { stored } = this.context;
    if (this.#fixed.length > 0) return digestTableGroups(image, stored, compared, this.#fixed, options);
    return groups === 0 ? new Map([['', await digestTable(image, stored, compared, options)]]) : new Map();
  }

  /** The rowid is compared where the legacy table and the unified one both have a name for it. */
  async #withoutLostRowid(): Promise<readonly string[]> {
    const { context, sources } = this;
    const [source] = sources;
    const rowid = rowidName(context.table.columns);
    if (source === undefined || rowid === undefined || this.#compared[0] !== rowid) return this.#compared;
    const { schema } = await context.legacy.open(source.database);
    const from = schema.tables.find(({ name }) => name === source.table);
    return from && keptRowid(context.table, from) ? this.#compared : this.#compared.slice(1);
  }

  #columns(): SchemaColumn[] {
    return this.#fixed.map((name) => this.context.stored.columns.find((column) => column.name === name)!);
  }

  #keyOf(source: ResolvedSource): string {
    if (this.#fixed.length === 0) return '';
    return groupKey(
      this.#fixed.map((column) => constantOf(source, column)!.value),
      this.#columns(),
    );
  }

  #member(key: string) {
    if (this.#fixed.length === 0) return undefined;
    return (value: (column: string) => Parameters<typeof groupKeyOf>[0][number]) =>
      groupKeyOf(this.#fixed.map((column) => value(column))) === key;
  }
}

const constantOf = (source: ResolvedSource, column: string) => {
  const mapping = source.columns.find((candidate) => candidate.target === column);
  return mapping?.kind === 'constant' ? mapping : undefined;
};

/** What a virtual table holds is in its shadow tables, which have to be the same row for row. */
export async function verifyShadows(
  { target, table, legacy }: Pick<RowContext, 'target' | 'table' | 'legacy'>,
  image: DatabaseImage,
  schema: DatabaseSchema,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const checks: VerificationCheck[] = [];
  for (const source of table.sources.filter(({ database }) => legacy.holds(database))) {
    const from = await legacy.open(source.database);
    for (const shadow of from.schema.tables.filter((candidate) => candidate.shadowOf === source.table)) {
      const name = table.name + shadow.name.slice(source.table.length);
      const stored = schema.tables.find((candidate) => candidate.name === name);
      const columns = shadow.columns.map((column) => column.name);
      checks.push(
        await compareRows(
          `${target.name}.${name}: rows from ${source.database} ${shadow.name}`,
          [stands(from.image, shadow, columns)],
          { rows: stored ? [stands(image, stored, columns)] : [] },
          columns,
          { target: target.name, table: table.name },
          options,
        ),
      );
    }
  }
  return checks;
}

interface Actual {
  readonly rows: readonly Rows[];
  readonly only?: Parameters<typeof rowDifferences>[1]['only'];
  /** Where it is known already. */
  readonly content?: Content;
}

async function compareRows(
  name: string,
  expectedRows: readonly Rows[],
  actualRows: Actual,
  columns: readonly string[],
  place: Place,
  options: WorkOptions,
): Promise<VerificationCheck> {
  const [expected, actual] = await contents(expectedRows, actualRows, options);
  const text = ({ rows, digest }: Content) => (rows === 0 ? 'no rows' : `${rows} rows, digest ${digest}`);
  const ok = expected.rows === actual.rows && (expected.rows === 0 || expected.digest === actual.digest);
  const check = { name, ok, expected: text(expected), actual: text(actual), ...place };
  if (ok && expected.rows > 0) return { ...check, digest: expected.digest };
  if (ok || columns.length === 0) return check;
  const differences = await rowDifferences({ rows: expectedRows }, actualRows, columns, options);
  return { ...check, differences };
}

async function contents(expected: readonly Rows[], actual: Actual, options: WorkOptions): Promise<[Content, Content]> {
  const [one] = expected;
  const [other] = actual.rows;
  if (actual.content === undefined && expected.length === 1 && actual.rows.length === 1)
    return one!((twin) => other!((two) => digestTwins(twin, two, options)));
  return [await contentOf(expected, options), actual.content ?? (await contentOf(actual.rows, options))];
}

async function contentOf(parts: readonly Rows[], options: WorkOptions): Promise<Content> {
  let total: Content = NOTHING;
  for (const rows of parts) {
    const part = await rows(({ image, table, columns }) => digestTable(image, table, columns, options));
    total = {
      rows: total.rows + part.rows,
      digest: total.digest ? addDigests(total.digest, part.digest) : part.digest,
    };
  }
  return total;
}

const sourceNames = (sources: readonly ResolvedSource[]) =>
  sources.length === 0 ? 'no source' : sources.map((source) => `${source.database} ${source.table}`).join(', ');
