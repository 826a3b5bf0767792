import { resolutionId } from './resolution-id';
import type { Engine } from '../engine';
import type { InventoryTable } from '../inventory/inventory';
import type { Plan, PlanTarget } from './definition';
import { bookkeepingTables, documentationRows, type DocumentedView } from './bookkeeping';
import { compatibilityViews, uniqueName } from './compatibility';
import { foreignKeys, parseCreateTable } from './ddl';
import { expiryTriggers } from './expiry';
import { ddlFingerprint, renameInIndex, renameInVirtualTable } from './ddl-rename';
import { foldName, sameName, tokenName } from '../sqlite/sql-tokens';
import { keyResolutions, sideOf } from './measured-rows';
import { parentsFirst } from './order';
import type { MovedDependent } from './relate';
import { renameDependent } from './rename-dependent';
import type { Reporter } from './reporter';
import type { ColumnMapping, Profile, ResolvedSource, ResolvedTable, ResolvedTarget } from './resolved';
import { reportShadowNames, shadowNames } from './shadow-names';
import { mapSource } from './source-mapping';
import { fitToSupplied, insertableColumns, type SuppliedSchema, type SuppliedTable } from './supplied-schema';
import {
  describeSource,
  discriminatorColumns,
  isComposite,
  type GroupIndex,
  type GroupSource,
  type TableGroup,
} from './table-group';
import { unifyTable } from './unify';
import type { MappedSource } from './unify-columns';
import { validateTarget } from './validate-target';

export interface TargetInput {
  readonly engine: Engine;
  readonly plan: Plan;
  readonly name: string;
  readonly planned: PlanTarget;
  readonly profile: Profile;
  readonly replaces?: string;
  readonly groups: GroupIndex;
  readonly supplied?: SuppliedSchema;
  readonly dependents: readonly MovedDependent[];
  readonly reporter: Reporter;
  readonly validate: boolean;
  /** Filled with the tables whose statements SQLite has taken before. */
  readonly known: Set<string>;
}

interface NamedIndex {
  readonly name: string;
  readonly sql: string;
}

/** One target with its tables, indexes, views and triggers, all names unique in it. */
export function resolveTarget(input: TargetInput): ResolvedTarget {
  const { planned, supplied, reporter, name } = input;
  // What stands at the target's path today leads: it keeps the names of its indexes and views.
  const groups = input.groups.groups
    .filter((group) => group.target === name)
    .sort((a, b) => Number(fromOwn(b, planned)) - Number(fromOwn(a, planned)));
  reportShadowNames(groups, reporter);
  const tables = groups.flatMap((group) => resolveTable(group, input) ?? []);
  for (const table of supplied?.tables ?? [])
    if (!groups.some((group) => sameName(group.name, table.name))) tables.push(suppliedTable(table, [], undefined));
  const documented = tables.map((table) => {
    const purpose = table.purpose ?? supplied?.purposes.get(foldName(table.name));
    return purpose === undefined ? table : { ...table, purpose };
  });
  const own = bookkeepingTables(name, planned, documented, reporter);
  documented.push(...own.tables);
  if (groups.length === 0 && !supplied)
    reporter.warning(
      'TARGET_UNUSED',
      ['targets', name],
      `Nothing goes into the target ${name}. Remove it, or send tables to it.`,
    );

  // Tables, indexes and views share one space of names; triggers have their own.
  const taken = new Set([...documented.map((table) => foldName(table.name)), ...shadowNames(documented)]);
  const suppliedIndexes = new Set(
    supplied?.tables.flatMap((table) => table.indexes.map((index) => foldName(index.name))) ?? [],
  );
  for (const index of suppliedIndexes) taken.add(index);
  const ordered = parentsFirst(
    namedReferences(documented).map((table) => ({ ...table, indexes: nameIndexes(table, taken, suppliedIndexes) })),
  );
  const after = placeDependents(input, taken);
  const views =
    (input.plan.compatibility?.views ?? true)
      ? compatibilityViews(
          { name, replaces: input.replaces },
          ordered,
          legacyTables(groups),
          new Set([...taken, ...after.map((item) => foldName(item.name))]),
          reporter,
        )
      : [];
  const triggers = new Set(
    [...after, ...views.flatMap((view) => view.triggers ?? [])].map((item) => foldName(item.name)),
  );
  const expiry = expiryTriggers(planned, ordered, after, triggers);
  const target: ResolvedTarget = {
    name,
    path: planned.path,
    ...(planned.purpose === undefined ? {} : { purpose: planned.purpose }),
    profile: input.profile,
    ...(input.replaces === undefined ? {} : { replaces: input.replaces }),
    tables: ordered,
    after,
    views,
    ...(expiry.length === 0 ? {} : { expiry }),
    defaults: [
      ...(supplied?.defaults ?? []),
      ...own.defaults,
      ...documentationRows(name, own.names?.metadata, ordered, documentedViews(input, after, views), reporter),
    ],
    ...(planned.userVersion === undefined ? {} : { userVersion: planned.userVersion }),
    ...(planned.applicationId === undefined ? {} : { applicationId: planned.applicationId }),
    ...(own.names ? { bookkeeping: own.names } : {}),
  };
  if (input.validate) validateTarget(input.engine, target, input.plan, input.known, reporter);
  return target;
}

/** The views of a target for its documentation; columns are those of the table behind a compatibility view. */
function documentedViews(
  { planned, dependents, name: target }: TargetInput,
  after: ResolvedTarget['after'],
  views: ResolvedTarget['views'],
): DocumentedView[] {
  const settings = (name: string) =>
    Object.entries(planned.tables ?? {}).find(([key]) => sameName(key, name))?.[1] ?? {};
  const moved = after
    .filter(({ kind }) => kind === 'view')
    .map(({ name }): DocumentedView => ({
      name,
      purpose: settings(name).purpose,
      domain: settings(name).domain,
      sources: dependents.flatMap(({ kind, name: own, database }) =>
        kind === 'view' && sameName(own, name) ? [database] : [],
      ),
      columns: [],
    }));
  const old = views.map(({ name, table, source }): DocumentedView => ({
    name,
    purpose: settings(name).purpose ?? `Old name of ${target}.${table}, for code that was missed`,
    domain: settings(name).domain ?? settings(table).domain,
    sources: [source.database],
    columns: [],
  }));
  return [...moved, ...old];
}

/** A foreign key that names no parent columns means the parent's primary key. */
function namedReferences(tables: readonly ResolvedTable[]): ResolvedTable[] {
  const keys = new Map(tables.map((table) => [foldName(table.name), table.primaryKey ?? []]));
  return tables.map((table) => ({
    ...table,
    foreignKeys: (table.foreignKeys ?? []).map((key) =>
      key.references.length > 0 ? key : { ...key, references: keys.get(foldName(key.table)) ?? [] },
    ),
  }));
}

/** Finds the legacy table of a source. */
function legacyTables(groups: readonly TableGroup[]): (source: ResolvedSource) => InventoryTable | undefined {
  const tables = new Map(
    groups.flatMap((group) =>
      group.sources.map(({ database, table }) => [JSON.stringify([database.path, table.name]), table] as const),
    ),
  );
  return (source) => tables.get(JSON.stringify([source.database, source.table]));
}

function fromOwn(group: TableGroup, planned: PlanTarget): boolean {
  return group.sources.some((source) => source.database.path === planned.path);
}

function resolveTable(group: TableGroup, input: TargetInput): ResolvedTable | undefined {
  const table = group.clash ? undefined : buildTable(group, input);
  // A virtual table's rows are known by their rowids alone.
  if (!table || table.rowidAlias || table.kind === 'virtual') return table;
  for (const source of group.sources)
    if (source.entry.keys === 'renumber')
      input.reporter.error(
        'KEY_POLICY_IMPOSSIBLE',
        [...source.at, 'keys'],
        `${describeSource(source)}: only an INTEGER PRIMARY KEY can be renumbered, and ${group.target}.${group.name} has none. Use "composite", or keep the tables apart.`,
        { database: source.database.path, table: source.table.name, resolutions: keyResolutions(group) },
      );
  return table;
}

function buildTable(group: TableGroup, input: TargetInput): ResolvedTable | undefined {
  const { reporter, supplied } = input;
  let sources: MappedSource[] = group.sources.map((source) => ({ source, mapping: mapSource(source, reporter) }));
  checkKeys(group, sources, reporter);
  const kinds = new Set(
    group.sources.map(({ table }) =>
      table.kind === 'virtual' ? `virtual table (${table.module ?? 'unknown module'})` : 'table',
    ),
  );
  if (kinds.size > 1) {
    reporter.error(
      'TABLE_KINDS_DIFFER',
      group.at,
      `${group.target}.${group.name} would be made of ${group.sources.map((source) => `${source.table.kind === 'virtual' ? `the virtual table (${source.table.module})` : 'the table'} ${describeSource(source)}`).join(' and ')}. Give one of them another name.`,
      {
        table: group.name,
        details: { target: group.target, sides: group.sources.map(sideOf) },
        resolutions: [{ id: 'rename-apart', title: 'Keep the tables apart under different names' }],
      },
    );
    return undefined;
  }
  if (supplied) {
    const table = supplied.tables.find((candidate) => sameName(candidate.name, group.name));
    if (!table) {
      reporter.error(
        'TABLE_NOT_IN_SCHEMA',
        group.at,
        `${input.planned.schema} does not create the table ${group.name}, which ${group.sources.map(describeSource).join(', ')} would go into. Add it to the file, or choose one of ${supplied.tables.map((candidate) => candidate.name).join(', ')}.`,
        {
          table: group.name,
          details: { target: group.target, offered: supplied.tables.map((candidate) => candidate.name) },
        },
      );
      return undefined;
    }
    sources = fitToSupplied(group, table, sources, reporter);
    input.known.add(table.name);
    return suppliedTable(table, sources, group);
  }
  if (group.sources[0]?.table.kind === 'virtual') return virtualTable(group, sources, input);
  if (
    group.sources.some((source) => !source.definition) &&
    (group.sources.length > 1 || group.sources[0]!.table.name !== group.name)
  ) {
    const unknown = group.sources.find((source) => !source.definition)!;
    reporter.error(
      'DDL_NOT_UNDERSTOOD',
      unknown.at,
      `The CREATE statement of ${describeSource(unknown)} cannot be understood. Supply the unified DDL in a file ("schema").`,
      { database: unknown.database.path, table: unknown.table.name },
    );
    return undefined;
  }
  const derived = unifyTable(group, sources, (target, name) => input.groups.named(target, name), reporter);
  if (derived.asItIs) input.known.add(group.name);
  return describeTable({
    name: group.name,
    kind: 'table',
    sql: derived.sql,
    indexes: derived.indexes,
    sources,
    group,
    columns: undefined,
  });
}

function suppliedTable(
  table: SuppliedTable,
  sources: readonly MappedSource[],
  group: TableGroup | undefined,
): ResolvedTable {
  return describeTable({
    name: table.name,
    kind: table.kind,
    sql: table.sql,
    indexes: table.indexes,
    sources,
    group,
    columns: table.columns.filter((column) => !column.generated).map((column) => column.name),
  });
}

function virtualTable(
  group: TableGroup,
  sources: readonly MappedSource[],
  input: TargetInput,
): ResolvedTable | undefined {
  const statements = sources.map(({ source }) =>
    renameInVirtualTable(source.table.sql, group.name, (legacy) => input.groups.holding(legacy, group.target)[0]?.name),
  );
  const [sql] = statements;
  const modules = new Set(group.sources.map(({ table }) => table.module));
  const same = new Set(statements.map((statement) => statement && ddlFingerprint(statement))).size === 1;
  if (
    sql === undefined ||
    modules.size > 1 ||
    !same ||
    sources.some(({ mapping }) => Object.keys(mapping.discriminator).length > 0)
  ) {
    input.reporter.error(
      'TABLE_KINDS_DIFFER',
      group.at,
      `The virtual tables ${group.sources.map(describeSource).join(', ')} cannot be merged into ${group.name} as they are declared. Give one of them another name, or supply the unified DDL ("schema").`,
      {
        table: group.name,
        details: { target: group.target, sides: group.sources.map(sideOf) },
        resolutions: [{ id: 'rename-apart', title: 'Keep the tables apart under different names' }],
      },
    );
    return undefined;
  }
  const columns = group.sources[0]!.table.columns.filter((column) => column.generated !== 'hidden').map(
    (column) => column.name,
  );
  return describeTable({ name: group.name, kind: 'virtual', sql, indexes: [], sources, group, columns });
}

function describeTable(input: {
  name: string;
  kind: 'table' | 'virtual';
  sql: string;
  indexes: readonly NamedIndex[];
  sources: readonly MappedSource[];
  group: TableGroup | undefined;
  columns: readonly string[] | undefined;
}): ResolvedTable {
  const definition = input.kind === 'table' ? parseCreateTable(input.sql) : undefined;
  const columns =
    input.columns ??
    insertableColumns(input.sql) ??
    input.sources[0]?.source.table.columns.map(({ name }) => name) ??
    [];
  const key =
    definition &&
    [...definition.constraints, ...definition.columns.flatMap((column) => column.constraints)].find(
      ({ kind }) => kind === 'primary-key',
    );
  const primaryKey = key?.columns ?? [];
  const keyType = definition?.columns.find(
    (column) => primaryKey.length === 1 && sameName(column.name, primaryKey[0]!),
  );
  const inline = keyType?.constraints.find(({ kind }) => kind === 'primary-key');
  const alias = !definition?.withoutRowid && keyType?.type.toUpperCase() === 'INTEGER' && !inline?.descending;
  const sources = input.sources
    .filter(({ source }) => source.rows)
    .map((mapped) => withRowid(mapped, alias ? primaryKey[0] : undefined, resolvedSource(mapped, columns)));
  const { settings } = input.group ?? {};
  return {
    name: input.name,
    kind: input.kind,
    sql: input.sql,
    indexes: input.indexes,
    columns,
    withoutRowid: definition?.withoutRowid ?? false,
    autoincrement: key?.autoincrement ?? false,
    keepRowid:
      input.kind === 'table' &&
      !definition?.withoutRowid &&
      !alias &&
      sources.length === 1 &&
      !input.sources[0]!.source.table.withoutRowid,
    primaryKey,
    rowidAlias: alias ?? false,
    foreignKeys: definition
      ? foreignKeys(definition).map((constraint) => ({
          columns: constraint.columns,
          table: tokenName(constraint.parent!.table),
          references: constraint.parent!.columns,
        }))
      : [],
    ...(settings?.purpose === undefined ? {} : { purpose: settings.purpose }),
    ...(settings?.domain === undefined ? {} : { domain: settings.domain }),
    ...(settings?.ttl === undefined ? {} : { ttl: settings.ttl.column }),
    sources,
  };
}

/** A source that gives no INTEGER PRIMARY KEY gives its rowids, which is what such a key is. */
function withRowid({ source }: MappedSource, key: string | undefined, resolved: ResolvedSource): ResolvedSource {
  const { table } = source;
  if (key === undefined || table.withoutRowid || table.kind !== 'table') return resolved;
  if (resolved.columns.some((column) => sameName(column.target, key))) return resolved;
  const rowid = ['rowid', '_rowid_', 'oid'].find(
    (name) => !table.columns.some((column) => sameName(column.name, name)),
  );
  if (rowid === undefined) return resolved;
  return { ...resolved, columns: [{ kind: 'column', target: key, source: rowid }, ...resolved.columns] };
}

function resolvedSource({ source, mapping }: MappedSource, columns: readonly string[]): ResolvedSource {
  const insertable = new Map(columns.map((column) => [foldName(column), column]));
  const dropped = [...mapping.dropped];
  const kept = mapping.columns.flatMap((column): ColumnMapping[] => {
    const target = insertable.get(foldName(column.target));
    if (target !== undefined) return [{ ...column, target }];
    if (column.kind === 'column') dropped.push({ column: column.source, reason: 'the unified column is computed' });
    return [];
  });
  const { keys = 'keep' } = source.entry;
  const parents = legacyParents(source.table, kept);
  return {
    database: source.database.path,
    table: source.table.name,
    columns: kept,
    dropped,
    ...(Object.keys(parents).length === 0 ? {} : { parents }),
    ...(source.entry.where === undefined ? {} : { where: source.entry.where }),
    ...(source.entry.whereReason === undefined ? {} : { whereReason: source.entry.whereReason }),
    keys: typeof keys === 'string' ? keys : keys.first === undefined ? { last: keys.last! } : { first: keys.first },
    onReject: source.entry.onReject ?? 'stop',
  };
}

function legacyParents(table: InventoryTable, columns: readonly ColumnMapping[]): Record<string, string> {
  return Object.fromEntries(
    table.foreignKeys.flatMap((key) =>
      key.columns.flatMap((name) => {
        const mapping = columns.find((column) => column.kind === 'column' && sameName(column.source, name));
        return mapping ? [[mapping.target, key.table] as const] : [];
      }),
    ),
  );
}

/** Is the chosen key policy possible, and is one needed? */
function checkKeys(group: TableGroup, sources: readonly MappedSource[], reporter: Reporter): void {
  for (const { source } of sources) {
    const keys = source.entry.keys ?? 'keep';
    const key = source.table.columns.filter((column) => column.primaryKey > 0);
    const complain = (message: string) =>
      reporter.error('KEY_POLICY_IMPOSSIBLE', [...source.at, 'keys'], `${describeSource(source)}: ${message}`, {
        database: source.database.path,
        table: source.table.name,
        resolutions: keyResolutions(group),
      });
    if (keys === 'composite' && discriminatorColumns(group).length === 0)
      complain('"composite" needs a "discriminator" that joins the key. Add one.');
    if (keys === 'composite' && key.length === 0)
      complain('the table has no key that a discriminator could join. Use "keep".');
    if (typeof keys === 'object') {
      const column = keys.first ?? keys.last!;
      if (!source.table.columns.some((candidate) => sameName(candidate.name, column)))
        complain(`there is no column ${JSON.stringify(column)} to order the rows by.`);
      if (key.length === 0) complain('the table has no key by which rows could be the same. Use "keep".');
    }
  }
  if (group.sources.filter((source) => source.rows).length < 2 || isComposite(group)) return;
  const undecided = sources.filter(
    ({ source }) =>
      (source.entry.keys ?? 'keep') === 'keep' && source.table.columns.some((column) => column.primaryKey > 0),
  );
  if (undecided.length < 2) return;
  const accepted =
    group.settings.accept?.includes('KEY_COLLISION_POSSIBLE') ||
    undecided.filter(({ source }) => source.entry.keys === undefined).length === 0;
  if (accepted) return;
  // Keys of other columns are a conflict of their own.
  if (!group.settings.primaryKey && new Set(undecided.map(keyColumns)).size > 1) return;
  reporter.warning(
    'KEY_COLLISION_POSSIBLE',
    undecided.find(({ source }) => source.entry.keys === undefined)!.source.at,
    `Rows of ${undecided.map(({ source }) => describeSource(source)).join(', ')} can have the same key in ${group.target}.${group.name}; if any do, the migration stops before it copies anything. Choose a key policy ("keys"; "keep" if that is what you want).`,
    {
      table: group.name,
      details: {
        target: group.target,
        sides: undecided.map(({ source }) => sideOf(source)),
      },
      resolutions: [{ id: 'keys:keep', title: 'Stop when keys collide' }, ...keyResolutions(group)],
    },
  );
}

/** The key of a source under the unified names. */
function keyColumns({ source, mapping }: MappedSource): string {
  return source.table.columns
    .filter((column) => column.primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
    .map((column) => foldName(mapping.renamed[column.name] ?? column.name))
    .join('\0');
}

/** Index names made unique in the target: the index of a table that is alone with it keeps it. */
function nameIndexes(table: ResolvedTable, taken: Set<string>, supplied: ReadonlySet<string>): NamedIndex[] {
  return table.indexes.map((index) => {
    if (supplied.has(foldName(index.name))) return index;
    if (!taken.has(foldName(index.name))) {
      taken.add(foldName(index.name));
      return index;
    }
    const name = uniqueName(`${table.name}_${index.name}`, taken);
    return { name, sql: renameInIndex(index.sql, table.name, name) ?? index.sql };
  });
}

/** Views and triggers under unique names; what several sources say alike is there once. */
function placeDependents(input: TargetInput, taken: Set<string>): ResolvedTarget['after'][number][] {
  if (input.supplied) return [...input.supplied.after];
  const triggers = new Set<string>();
  const known = new Set<string>();
  const own = (dependent: MovedDependent) => Number(dependent.database === input.planned.path);
  const ordered = [...input.dependents].sort((a, b) => own(b) - own(a));
  const views = ordered.filter(({ kind }) => kind === 'view');
  const others = ordered.filter(({ kind }) => kind === 'trigger');
  return [...views, ...others].flatMap((dependent) => {
    const fingerprint = ddlFingerprint(dependent.sql);
    if (known.has(fingerprint)) return [];
    known.add(fingerprint);
    reportMerged(dependent, input.reporter);
    const used = dependent.kind === 'view' ? taken : triggers;
    if (!used.has(foldName(dependent.name))) {
      used.add(foldName(dependent.name));
      return [{ kind: dependent.kind, name: dependent.name, sql: dependent.sql }];
    }
    const stem = dependent.database
      .split('/')
      .at(-1)!
      .replace(/\.[^.]*$/, '');
    const name = uniqueName(`${stem}_${dependent.name}`, used);
    return [{ kind: dependent.kind, name, sql: renameDependent(dependent.sql, name) }];
  });
}

function reportMerged(dependent: MovedDependent, reporter: Reporter): void {
  const merged = dependent.tables.filter((group) => group.sources.length > 1);
  const code = dependent.kind === 'view' ? 'VIEW_SEES_MERGED_ROWS' : 'TRIGGERS_DIFFER';
  const open = merged.filter((group) => !group.settings.accept?.includes(code) && !sameEverywhere(group, dependent));
  if (open.length === 0) return;
  const what = dependent.kind === 'view' ? 'will see' : 'will act on';
  reporter.warning(
    code,
    dependent.at,
    `The ${dependent.kind} ${dependent.name} of ${dependent.database} ${what} the rows of all sources of ${open.map((group) => group.name).join(', ')}.`,
    {
      database: dependent.database,
      table: dependent.name,
      details: { target: open[0]!.target, unified: open[0]!.name },
      resolutions: [{ id: resolutionId('accept', code), title: `That is meant for ${open[0]!.name}` }],
    },
  );
}

/** Every source of the merged table brings the same view or trigger, so nothing changes for any of them. */
function sameEverywhere(group: TableGroup, dependent: MovedDependent): boolean {
  const has = (source: GroupSource) =>
    dependent.kind === 'view'
      ? source.database.tables.some((table) => table.kind === 'view' && sameName(table.name, dependent.name))
      : source.table.triggers.some((trigger) => sameName(trigger.name, dependent.name));
  return group.sources.every(has);
}
