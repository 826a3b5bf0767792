import { resolutionId } from './resolution-id';
import { quoteIdentifier } from '../identifiers';
import { affinityOf, strictTakes, widenedType } from './affinity';
import type { ColumnDefinition, Constraint } from './ddl';
import { ddlFingerprint } from './ddl-rename';
import { foldName, sameName } from '../sqlite/sql-tokens';
import { quote } from './issues';
import type { Reporter } from './reporter';
import type { SourceMapping } from './source-mapping';
import { describeSource, type GroupSource, type TableGroup } from './table-group';

/** A source with what it gives to the unified table. */
export interface MappedSource {
  readonly source: GroupSource;
  readonly mapping: SourceMapping;
}

/** A column of a derived table, before it becomes text. */
export interface UnifiedColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly conflict?: string;
  readonly default?: string;
  readonly collation?: string;
  readonly generated?: Constraint;
}

interface Provider {
  readonly mapped: MappedSource;
  readonly declared?: ColumnDefinition;
  readonly type: string;
  readonly strict: boolean;
}

/** Names of the unified columns: those of the first source in its order, then what others add, discriminators last. */
export function unifiedColumnNames(sources: readonly MappedSource[]): string[] {
  const names = new Map<string, string>();
  const add = (name: string) => {
    const folded = foldName(name);
    if (!names.has(folded)) names.set(folded, name);
  };
  const discriminators = new Set(sources.flatMap(({ mapping }) => Object.keys(mapping.discriminator)).map(foldName));
  for (const { mapping } of sources)
    for (const column of mapping.columns)
      if (!discriminators.has(foldName(column.target)) || mapping.legacyColumn(column.target)) add(column.target);
  for (const { mapping } of sources) Object.keys(mapping.discriminator).forEach(add);
  return [...names.values()];
}

/** One column of a derived table from all sources that have it; what they disagree on is reported. */
export function unifyColumn(
  name: string,
  group: TableGroup,
  sources: readonly MappedSource[],
  reporter: Reporter,
): UnifiedColumn {
  const settings = Object.entries(group.settings.columns ?? {}).find(([key]) => sameName(key, name))?.[1] ?? {};
  const providers = sources.flatMap((mapped): Provider[] => provider(mapped, name));
  const declared = providers.filter((entry) => entry.declared !== undefined || entry.mapped.mapping.legacyColumn(name));
  const at = [...group.at, 'columns', name];
  const differ = conflictReporter(name, group, reporter);

  const declaredType = settings.type ?? unifiedType(declared, name, sources, differ);
  const generated = unifiedGenerated(declared, sources, differ);
  const missing = sources.filter((mapped) => !mapped.mapping.columns.some((column) => sameName(column.target, name)));
  const defaults = declared.flatMap(
    ({ declared: column }) => column?.constraints.filter(({ kind }) => kind === 'default') ?? [],
  );
  const defaultValue = settings.default === undefined ? defaults[0]?.body : (settings.default ?? undefined);
  if (settings.default === undefined && new Set(defaults.map(({ body }) => ddlFingerprint(body))).size > 1)
    differ(
      'DEFAULTS_DIFFER',
      'info',
      `has other defaults; rows that are inserted later get ${defaultValue}`,
      declared.map(({ mapped, declared: column }) => [
        mapped,
        column?.constraints.find(({ kind }) => kind === 'default')?.body ?? 'none',
      ]),
      [],
    );

  // Rows of a source without the column get the default, which a STRICT column may refuse.
  const refused =
    defaultValue !== undefined &&
    missing.length > 0 &&
    sources.every(({ source }) => source.table.strict) &&
    !strictTakes(declaredType, defaultValue);
  const type = refused && settings.type === undefined ? '' : declaredType;
  const notNull = unifiedNotNull();
  const collations = declared.map(
    ({ declared: column }) => column?.constraints.find(({ kind }) => kind === 'collate')?.body,
  );
  if (new Set(collations.map((collation) => (collation ?? 'BINARY').toUpperCase())).size > 1)
    differ(
      'COLLATIONS_DIFFER',
      'warning',
      `is compared by other collations; ${collations[0] ?? 'BINARY'} is taken`,
      declared.map(({ mapped }, index) => [mapped, collations[index] ?? 'BINARY']),
      [{ id: 'accept:COLLATIONS_DIFFER', title: 'Take the first' }],
    );
  return {
    name,
    type,
    notNull: notNull.value,
    conflict: notNull.conflict,
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
    ...(collations[0] === undefined ? {} : { collation: collations[0] }),
    ...(generated ? { generated } : {}),
  };

  function unifiedNotNull(): { value: boolean; conflict?: string } {
    const constraints = declared.map(({ declared: column }) =>
      column?.constraints.find(({ kind }) => kind === 'not-null'),
    );
    const conflict = constraints.find((constraint) => constraint?.conflict)?.conflict;
    if (settings.notNull !== undefined) return { value: settings.notNull, conflict };
    if (constraints.length === 0 || !constraints.some(Boolean)) {
      // A discriminator that every source gives is never NULL.
      const given = sources.every(({ mapping }) =>
        Object.keys(mapping.discriminator).some((key) => sameName(key, name)),
      );
      return { value: given, conflict };
    }
    const strict = constraints.every(Boolean);
    const filled = missing.length === 0 || (defaultValue !== undefined && defaultValue.toUpperCase() !== 'NULL');
    if (strict && filled) return { value: true, conflict };
    differ(
      'NOT_NULL_DIFFER',
      'warning',
      missing.length > 0 && strict
        ? `is NOT NULL, and ${missing.map(({ source }) => describeSource(source)).join(', ')} has no such column; NULL is allowed`
        : 'is NOT NULL in one source only; NULL is allowed',
      declared.map(({ mapped }, index) => [mapped, constraints[index] ? 'NOT NULL' : 'NULL']),
      [
        { id: resolutionId('column', name, 'notNull', 'false'), title: 'Allow NULL' },
        {
          id: resolutionId('column', name, 'notNull', 'true'),
          title: 'Keep NOT NULL; rows without a value stop the run',
        },
      ],
    );
    return { value: false, conflict };
  }

  function conflictReporter(column: string, owner: TableGroup, to: Reporter) {
    return (
      code: 'TYPES_DIFFER' | 'NOT_NULL_DIFFER' | 'DEFAULTS_DIFFER' | 'COLLATIONS_DIFFER' | 'GENERATED_DIFFER',
      severity: 'error' | 'warning' | 'info',
      what: string,
      sides: readonly (readonly [MappedSource, string])[],
      resolutions: readonly { id: string; title: string }[],
    ): void => {
      to.report({
        code,
        severity: owner.settings.accept?.includes(code) && severity === 'warning' ? 'info' : severity,
        at,
        message: `Column ${quote(column)} of ${owner.target}.${owner.name} ${what}: ${sides.map(([{ source }, side]) => `${side || 'no type'} in ${describeSource(source)}`).join(', ')}.`,
        table: owner.name,
        details: {
          target: owner.target,
          column,
          sides: sides.map(([{ source }, side]) => ({
            database: source.database.path,
            table: source.table.name,
            rows: source.table.rows,
            value: side,
          })),
        },
        resolutions,
      });
    };
  }
}

type Differ = (
  code: 'TYPES_DIFFER' | 'GENERATED_DIFFER',
  severity: 'warning',
  what: string,
  sides: readonly (readonly [MappedSource, string])[],
  resolutions: readonly { id: string; title: string }[],
) => void;

function provider(mapped: MappedSource, name: string): Provider[] {
  const given = mapped.mapping.columns.find((column) => sameName(column.target, name));
  if (!given) return [];
  const legacy = mapped.mapping.legacyColumn(name);
  return [
    {
      mapped,
      declared: legacy && mapped.source.definition?.columns.find((column) => sameName(column.name, name)),
      type: legacy?.type ?? '',
      strict: mapped.source.table.strict,
    },
  ];
}

function unifiedType(
  declared: readonly Provider[],
  name: string,
  sources: readonly MappedSource[],
  differ: Differ,
): string {
  if (declared.length === 0) return constantType(name, sources);
  const type = widenedType(declared);
  const classes = new Set(
    declared
      .map((entry) => affinityOf(entry.type, entry.strict))
      .map((affinity) => (affinity === 'INTEGER' ? 'NUMERIC' : affinity)),
  );
  if (classes.size > 1)
    differ(
      'TYPES_DIFFER',
      'warning',
      'has other types; it is declared without a type, which keeps every value as it is',
      declared.map(({ mapped, type: side }) => [mapped, side]),
      [
        { id: resolutionId('column', name, 'type', ''), title: 'Declare no type: every value stays as it is' },
        ...[...new Set(declared.map((entry) => entry.type))]
          .filter((side) => side !== '')
          .map((side) => ({
            id: resolutionId('column', name, 'type', side),
            title: `Declare ${side}: values are converted where SQLite can`,
          })),
      ],
    );
  return type;
}

/** Type of a column that only the plan fills: that of its fixed values; none for expressions. */
function constantType(name: string, sources: readonly MappedSource[]): string {
  const types = new Set(
    sources.flatMap(({ mapping }) =>
      mapping.columns.flatMap((column) => {
        if (!sameName(column.target, name)) return [];
        if (column.kind !== 'constant') return [''];
        if (column.value === null) return [];
        return [typeof column.value === 'string' ? 'TEXT' : Number.isInteger(column.value) ? 'INTEGER' : 'REAL'];
      }),
    ),
  );
  return types.size === 1 ? [...types][0]! : '';
}

/** A column stays generated only where every source computes it in the same way; otherwise its values are stored. */
function unifiedGenerated(
  declared: readonly Provider[],
  sources: readonly MappedSource[],
  differ: Differ,
): Constraint | undefined {
  const generated = declared.map(({ declared: column }) =>
    column?.constraints.find(({ kind }) => kind === 'generated'),
  );
  if (!generated.some(Boolean)) return undefined;
  const same = new Set(generated.map((constraint) => (constraint ? ddlFingerprint(constraint.body) : ''))).size === 1;
  if (same && declared.length === sources.length) return generated[0];
  differ(
    'GENERATED_DIFFER',
    'warning',
    'is computed in another way; its values are stored instead',
    declared.map(({ mapped }, index) => [mapped, generated[index]?.body ?? 'stored']),
    [{ id: 'accept:GENERATED_DIFFER', title: 'Store the values' }],
  );
  return undefined;
}

/** The definition as text; the key and table-wide constraints are the table's. */
export function columnText(column: UnifiedColumn, inlineKey = ''): string {
  return [
    quoteIdentifier(column.name),
    column.type,
    inlineKey,
    column.notNull ? `NOT NULL${column.conflict ? ` ON CONFLICT ${column.conflict}` : ''}` : '',
    column.default === undefined ? '' : `DEFAULT ${column.default}`,
    column.collation === undefined ? '' : `COLLATE ${quoteIdentifier(column.collation)}`,
    column.generated ? `AS (${column.generated.body}) ${column.generated.stored ? 'STORED' : 'VIRTUAL'}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}
