import { resolutionId } from './resolution-id';
import { quoteIdentifier } from '../identifiers';
import { ddlFingerprint, indexParts, renameInIndex, renameInTable, type NewParent } from './ddl-rename';
import { parseCreateTable, type Constraint } from './ddl';
import { foldName, sameName } from '../sqlite/sql-tokens';
import { mentionedNames } from './dependents';
import type { Reporter } from './reporter';
import { columnText, unifiedColumnNames, unifyColumn, type MappedSource, type UnifiedColumn } from './unify-columns';
import { unifyForeignKeys, type ParentGroup } from './unify-foreign-keys';
import { describeSource, discriminatorColumns, isComposite, rowidAlias, type TableGroup } from './table-group';

/** The derived form of a unified table. */
export interface DerivedTable {
  readonly sql: string;
  /** The table moves as it is, at most under other names: SQLite has taken the statement before. */
  readonly asItIs: boolean;
  readonly indexes: readonly { readonly name: string; readonly sql: string }[];
}

/**
 * Derives the DDL of an ordinary unified table. A table that moves as it is keeps its text; one that has to be put together
 * from several gets every column of all, with constraints that every source is known to satisfy.
 */
export function unifyTable(
  group: TableGroup,
  sources: readonly MappedSource[],
  parents: ParentGroup,
  reporter: Reporter,
): DerivedTable {
  const foreignKeys = unifyForeignKeys(group, sources, parents, reporter);
  if (movesAsItIs(group, sources, foreignKeys.changed)) {
    const { source } = sources[0]!;
    const sql = source.definition?.sql ?? source.table.sql;
    return { sql, asItIs: true, indexes: unifyIndexes(group, sources, reporter) };
  }
  const names = unifiedColumnNames(sources);
  reportMissingColumns(group, sources, names, reporter);
  const columns = names.map((name) => unifyColumn(name, group, sources, reporter));
  const key = unifyKey(group, sources, reporter);
  const strict = sources.every(({ source }) => source.table.strict);
  const withoutRowid = key.columns.length > 0 && sources.every(({ source }) => source.table.withoutRowid);
  const inline = key.alias ? key : undefined;
  const parts = [
    ...columns.map((column) =>
      columnText(declared(column, strict, inline?.columns[0], key.columns), inlineKey(column, inline)),
    ),
    ...(key.columns.length > 0 && !inline ? [`PRIMARY KEY (${key.columns.map(quoteIdentifier).join(', ')})`] : []),
    ...unifyUnique(group, sources, columns, key.columns, reporter),
    ...unifyChecks(group, sources, names, reporter),
    ...foreignKeys.texts,
  ];
  const options = [withoutRowid ? 'WITHOUT ROWID' : '', strict ? 'STRICT' : '']
    .filter((option) => option !== '')
    .join(', ');
  return {
    asItIs: false,
    sql: `CREATE TABLE ${quoteIdentifier(group.name)} (\n  ${parts.join(',\n  ')}\n)${options ? ` ${options}` : ''}`,
    indexes: unifyIndexes(group, sources, reporter),
  };
}

/** Nothing about the columns, keys or constraints changes, and all sources say the same. */
function movesAsItIs(group: TableGroup, sources: readonly MappedSource[], foreignKeysChanged: boolean): boolean {
  const [first] = sources;
  if (!first) return false;
  const { settings } = group;
  if (settings.primaryKey || settings.unique || settings.checks) return false;
  if (
    Object.values(settings.columns ?? {}).some(
      (column) => column.type !== undefined || column.notNull !== undefined || column.default !== undefined,
    )
  )
    return false;
  if (foreignKeysChanged) return false;
  // One source cannot differ from itself.
  const text = sources.length > 1 && first.source.definition ? ddlFingerprint(first.source.definition.sql) : undefined;
  return sources.every(({ source, mapping }) => {
    if (mapping.dropped.length > 0 || Object.keys(mapping.discriminator).length > 0) return false;
    const declared = new Set(
      source.table.columns.map((column) => foldName(mapping.renamed[column.name] ?? column.name)),
    );
    if (mapping.columns.some((column) => !declared.has(foldName(column.target)))) return false;
    if (sources.length === 1) return true;
    return text !== undefined && source.definition !== undefined && ddlFingerprint(source.definition.sql) === text;
  });
}

function reportMissingColumns(
  group: TableGroup,
  sources: readonly MappedSource[],
  names: readonly string[],
  reporter: Reporter,
): void {
  if (sources.length < 2) return;
  const code = 'COLUMNS_DIFFER';
  const sides = sources.flatMap(({ source, mapping }) => {
    const missing = names.filter((name) => !mapping.columns.some((column) => sameName(column.target, name)));
    return [{ database: source.database.path, table: source.table.name, rows: source.table.rows, missing }];
  });
  const lacking = sides.filter(({ missing }) => missing.length > 0);
  if (lacking.length === 0) return;
  reporter.report({
    code,
    severity: group.settings.accept?.includes(code) ? 'info' : 'warning',
    at: group.at,
    message: `The sources of ${group.target}.${group.name} have other columns; missing ones are NULL or the default: ${lacking.map((side) => `${side.database} › ${side.table} has no ${side.missing.join(', ')}`).join('; ')}.`,
    table: group.name,
    details: { target: group.target, sides },
    resolutions: [
      { id: resolutionId('accept', code), title: 'Merge with all columns of both' },
      { id: 'rename-apart', title: 'Keep the tables apart under different names' },
    ],
  });
}

interface UnifiedKey {
  readonly columns: readonly string[];
  /** The key is one INTEGER PRIMARY KEY. */
  readonly alias: boolean;
  readonly autoincrement: boolean;
  readonly conflict?: string;
}

function unifyKey(group: TableGroup, sources: readonly MappedSource[], reporter: Reporter): UnifiedKey {
  const keys = sources.map(({ source, mapping }) => {
    const columns = [...source.table.columns]
      .filter((column) => column.primaryKey > 0)
      .sort((a, b) => a.primaryKey - b.primaryKey)
      .map((column) => mapping.renamed[column.name] ?? column.name);
    const lost = columns.filter((name) => !mapping.columns.some((column) => sameName(column.target, name)));
    return lost.length > 0 ? [] : columns;
  });
  const autoincrement = sources.some(({ source }) => source.table.autoincrement);
  const conflict = keyConstraint(sources[0])?.conflict;
  const aliases = sources.every(({ source }) => rowidAlias(source.table, source.legacy) !== undefined);
  const composite = isComposite(group);
  const discriminators = discriminatorColumns(group);
  if (group.settings.primaryKey) {
    const columns = group.settings.primaryKey;
    const alias =
      columns.length === 1 && aliases && keys.every((key) => key.length === 1 && sameName(key[0]!, columns[0]!));
    return { columns, alias, autoincrement: autoincrement && alias, conflict };
  }
  const [first = []] = keys;
  const same = keys.every((key) => key.map(foldName).join('\0') === first.map(foldName).join('\0'));
  if (!same) {
    reporter.error(
      'KEYS_DIFFER',
      group.at,
      `The sources of ${group.target}.${group.name} have other primary keys: ${sources.map(({ source }, index) => `(${keys[index]!.join(', ') || 'none'}) in ${describeSource(source)}`).join(', ')}. Name the key of the unified table, or keep the tables apart.`,
      {
        table: group.name,
        details: {
          target: group.target,
          sides: sources.map(({ source }, index) => ({
            database: source.database.path,
            table: source.table.name,
            rows: source.table.rows,
            value: keys[index],
          })),
        },
        resolutions: [
          { id: 'rename-apart', title: 'Keep the tables apart under different names' },
          ...[...new Map(keys.filter((key) => key.length > 0).map((key) => [key.join('\0'), key])).values()].map(
            (key) => ({
              id: resolutionId('primary-key', ...key),
              title: `Take (${key.join(', ')}) as the key`,
            }),
          ),
        ],
      },
    );
    return { columns: [], alias: false, autoincrement: false };
  }
  if (composite && first.length > 0)
    return { columns: [...discriminators, ...first], alias: false, autoincrement: false, conflict };
  return { columns: first, alias: aliases, autoincrement: autoincrement && aliases, conflict };
}

function keyConstraint(mapped: MappedSource | undefined): Constraint | undefined {
  const definition = mapped?.source.definition;
  return (
    definition &&
    [...definition.constraints, ...definition.columns.flatMap((column) => column.constraints)].find(
      ({ kind }) => kind === 'primary-key',
    )
  );
}

/** Types for the table kind: a STRICT table wants a type on every column, and only a rowid alias may be `INTEGER` as a lone key. */
function declared(
  column: UnifiedColumn,
  strict: boolean,
  alias: string | undefined,
  key: readonly string[],
): UnifiedColumn {
  if (strict && column.type === '') return { ...column, type: 'ANY' };
  const loneKey = key.length === 1 && sameName(key[0]!, column.name);
  if (loneKey && alias === undefined && column.type.toUpperCase() === 'INTEGER') return { ...column, type: 'INT' };
  return column;
}

function inlineKey(column: UnifiedColumn, key: UnifiedKey | undefined): string {
  if (!key || !sameName(key.columns[0]!, column.name)) return '';
  return ['PRIMARY KEY', key.conflict ? `ON CONFLICT ${key.conflict}` : '', key.autoincrement ? 'AUTOINCREMENT' : '']
    .filter((part) => part !== '')
    .join(' ');
}

/** UNIQUE constraints that every source has, extended by the discriminator where rows of several sources meet. */
function unifyUnique(
  group: TableGroup,
  sources: readonly MappedSource[],
  columns: readonly UnifiedColumn[],
  key: readonly string[],
  reporter: Reporter,
): string[] {
  if (group.settings.unique === 'relax') return [];
  const perSource = sources.map(({ source, mapping }) => {
    const definition = source.definition;
    const all = definition
      ? [...definition.columns.flatMap((column) => column.constraints), ...definition.constraints]
      : [];
    return all
      .filter(
        ({ kind, columns: unique }) =>
          kind === 'unique' && unique.every((name) => mapping.columns.some((column) => sameName(column.target, name))),
      )
      .map((constraint) => ({ constraint, id: [...constraint.columns].map(foldName).sort().join('\0') }));
  });
  const ids = [...new Set(perSource.flat().map(({ id }) => id))];
  const kept = ids.filter((id) => perSource.every((list) => list.some((entry) => entry.id === id)));
  const relaxed = ids.filter((id) => !kept.includes(id));
  if (relaxed.length > 0 && group.settings.unique !== 'keep')
    reportConstraints(
      'UNIQUE_DIFFER',
      group,
      sources,
      perSource.map((list) => list.map(({ constraint }) => `UNIQUE (${constraint.columns.join(', ')})`)),
      'only those that every source has are kept',
      reporter,
    );
  const extension = uniqueExtension(group, sources);
  return (group.settings.unique === 'keep' ? ids : kept).flatMap((id) => {
    const { constraint } = perSource.flat().find((entry) => entry.id === id)!;
    const body = constraint.body || constraint.columns.map(quoteIdentifier).join(', ');
    const full = [
      body,
      ...extension.filter((column) => !constraint.columns.some((name) => sameName(name, column))).map(quoteIdentifier),
    ].join(', ');
    const conflict = constraint.conflict ? ` ON CONFLICT ${constraint.conflict}` : '';
    // A key that says the same needs no second index.
    const same =
      [...constraint.columns, ...extension].map(foldName).sort().join('\0') ===
      [...key].map(foldName).sort().join('\0');
    return same || !columns.length
      ? []
      : [
          `${constraint.name === undefined ? '' : `CONSTRAINT ${quoteIdentifier(constraint.name)} `}UNIQUE (${full})${conflict}`,
        ];
  });
}

function uniqueExtension(group: TableGroup, sources: readonly MappedSource[]): readonly string[] {
  if (group.settings.unique === 'keep') return [];
  return sources.length > 1 || isComposite(group) ? discriminatorColumns(group) : [];
}

function unifyChecks(
  group: TableGroup,
  sources: readonly MappedSource[],
  columns: readonly string[],
  reporter: Reporter,
): string[] {
  const wanted = group.settings.checks ?? 'common';
  if (wanted === 'none') return [];
  const perSource = sources.map(({ source, mapping }) => {
    const definition = source.definition;
    const all = definition
      ? [...definition.columns.flatMap((column) => column.constraints), ...definition.constraints]
      : [];
    const gone = mapping.dropped
      .map(({ column }) => foldName(column))
      .filter((name) => !columns.some((kept) => sameName(kept, name)));
    return all
      .filter(({ kind, body }) => kind === 'check' && !gone.some((name) => mentionedNames(body).has(name)))
      .map((constraint) => ({ constraint, id: ddlFingerprint(constraint.body) }));
  });
  const ids = [...new Set(perSource.flat().map(({ id }) => id))];
  const common = ids.filter((id) => perSource.every((list) => list.some((entry) => entry.id === id)));
  if (common.length < ids.length && group.settings.checks === undefined)
    reportConstraints(
      'CHECKS_DIFFER',
      group,
      sources,
      perSource.map((list) => list.map(({ constraint }) => `CHECK (${constraint.body})`)),
      'only those that every source has are kept',
      reporter,
    );
  return (wanted === 'all' ? ids : common).map((id) => {
    const { constraint } = perSource.flat().find((entry) => entry.id === id)!;
    return `${constraint.name === undefined ? '' : `CONSTRAINT ${quoteIdentifier(constraint.name)} `}CHECK (${constraint.body})`;
  });
}

function reportConstraints(
  code: 'UNIQUE_DIFFER' | 'CHECKS_DIFFER',
  group: TableGroup,
  sources: readonly MappedSource[],
  sides: readonly (readonly string[])[],
  taken: string,
  reporter: Reporter,
): void {
  reporter.report({
    code,
    severity: group.settings.accept?.includes(code) ? 'info' : 'warning',
    at: group.at,
    message: `The sources of ${group.target}.${group.name} have other constraints; ${taken}: ${sources.map(({ source }, index) => `${sides[index]!.join(', ') || 'none'} in ${describeSource(source)}`).join('; ')}.`,
    table: group.name,
    details: {
      target: group.target,
      sides: sources.map(({ source }, index) => ({
        database: source.database.path,
        table: source.table.name,
        rows: source.table.rows,
        value: sides[index],
      })),
    },
    resolutions: [
      { id: resolutionId('accept', code), title: 'Keep what every source has' },
      code === 'CHECKS_DIFFER'
        ? { id: 'checks:all', title: 'Keep all; rows that violate one stop the run' }
        : { id: 'unique:keep', title: 'Keep all; rows that violate one stop the run' },
      { id: 'rename-apart', title: 'Keep the tables apart under different names' },
    ],
  });
}

/** Indexes of all sources, equal ones once. A UNIQUE index that only some sources have becomes an ordinary one. */
function unifyIndexes(
  group: TableGroup,
  sources: readonly MappedSource[],
  reporter: Reporter,
): { name: string; sql: string }[] {
  const extension = uniqueExtension(group, sources);
  const known = new Map<string, { name: string; sql: string; unique: boolean; sources: number }>();
  for (const { source, mapping } of sources)
    for (const index of source.indexes) {
      const parts = indexParts(index.sql);
      if (!parts) {
        reporter.error(
          'DDL_NOT_UNDERSTOOD',
          group.at,
          `The index ${index.name} of ${describeSource(source)} cannot be understood. Supply the unified DDL in a file ("schema").`,
          { database: source.database.path, table: source.table.name },
        );
        continue;
      }
      const gone = mapping.dropped.map(({ column }) => foldName(column));
      const mentioned = mentionedNames(`${parts.key} ${parts.rest}`);
      if (gone.some((name) => mentioned.has(name) && !mapping.columns.some((column) => sameName(column.target, name))))
        continue;
      const id = ddlFingerprint(`(${parts.key}) ${parts.rest}`);
      const before = known.get(id);
      if (before) known.set(id, { ...before, unique: before.unique && parts.unique, sources: before.sources + 1 });
      else known.set(id, { name: index.name, sql: index.sql, unique: parts.unique, sources: 1 });
    }
  return [...known.values()].map((index) => {
    const parts = indexParts(index.sql)!;
    if (!parts.unique) return { name: index.name, sql: index.sql };
    const unique =
      group.settings.unique === 'keep' ||
      (group.settings.unique !== 'relax' && index.unique && index.sources === sources.length);
    if (!unique && group.settings.unique === undefined)
      reportConstraints(
        'UNIQUE_DIFFER',
        group,
        sources,
        sources.map(({ source }) =>
          source.indexes.filter(({ sql }) => indexParts(sql)?.unique).map(({ name }) => name),
        ),
        `the index ${index.name} is carried over without UNIQUE`,
        reporter,
      );
    const key = unique ? [parts.key, ...extension.map(quoteIdentifier)].join(', ') : parts.key;
    if (unique && extension.length === 0) return { name: index.name, sql: index.sql };
    return {
      name: index.name,
      sql: `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(index.name)} ON ${quoteIdentifier(group.name)} (${key})${parts.rest ? ` ${parts.rest}` : ''}`,
    };
  });
}

/** Fills `definition` and `indexes` of a source under the unified names, by tokens alone: no column of it is renamed. */
export function renameByTokens(source: TableGroup['sources'][number], name: string, parents: NewParent): void {
  if (source.legacy) source.definition = parseCreateTable(renameInTable(source.legacy, name, parents));
  source.indexes = source.table.indexes.flatMap((index) => {
    const sql = index.sql === null ? undefined : renameInIndex(index.sql, name);
    return sql === undefined ? [] : [{ name: index.name, sql }];
  });
}
