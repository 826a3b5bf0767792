import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { PlanTarget } from './definition';
import { parseCreateTable } from './ddl';
import { foldName, sameName } from '../sqlite/sql-tokens';
import type { Reporter } from './reporter';
import type { ResolvedTable } from './resolved';

export interface Bookkeeping {
  readonly tables: readonly ResolvedTable[];
  readonly defaults: readonly DefaultRow[];
  readonly names?: { readonly version?: string; readonly metadata?: string };
}

type DefaultRow = { readonly table: string; readonly sql: string };

/** A view that the target has, with what it is for. */
export interface DocumentedView {
  readonly name: string;
  readonly purpose?: string;
  readonly domain?: string;
  readonly sources: readonly string[];
  readonly columns: readonly string[];
}

/** Names that a column of a documentation table may have, by what goes into it. */
const METADATA_COLUMNS = {
  table: ['table_name', 'name', 'table'],
  domain: ['domain', 'category'],
  purpose: ['purpose', 'description', 'comment'],
  sources: ['source_databases', 'sources', 'source'],
  columns: ['columns_json', 'columns', 'column_names'],
  time: ['updated_at', 'created_at', 'documented_at', 'modified_at'],
} as const;

/**
 * The tables that a target keeps about itself: its schema version, and what every table is for. Where the target already
 * has a table of that name (a legacy one), rows are added to it as far as its columns allow.
 */
export function bookkeepingTables(
  name: string,
  planned: PlanTarget,
  tables: readonly ResolvedTable[],
  reporter: Reporter,
): Bookkeeping {
  const { version, metadata } = planned.bookkeeping ?? {};
  const versionName = version === true ? 'schema_version' : version || undefined;
  const metadataName = metadata === true ? 'system_schema_metadata' : metadata || undefined;
  if (versionName === undefined && metadataName === undefined) return { tables: [], defaults: [] };
  const at = ['targets', name, 'bookkeeping'];
  const added: ResolvedTable[] = [];
  const defaults: { table: string; sql: string }[] = [];
  if (versionName !== undefined) {
    const there = tables.find((table) => sameName(table.name, versionName));
    // The unified DDL may have the table itself, as the exported one does.
    const usable = there && there.sources.length === 0 && there.columns.some((column) => sameName(column, 'version'));
    if (there && !usable)
      reporter.error(
        'NAME_CLASH',
        [...at, 'version'],
        `${name} already has a table ${versionName}. Give the version table another name ("version": "…").`,
        { table: versionName },
      );
    else {
      if (!there)
        added.push(
          ownTable(
            versionName,
            `CREATE TABLE ${quoteIdentifier(versionName)} (version INTEGER PRIMARY KEY, description TEXT, applied_at TEXT NOT NULL)`,
            'Versions of this schema',
          ),
        );
      defaults.push({ table: versionName, sql: versionRow(there ?? added[0]!, planned.userVersion ?? 1) });
    }
  }
  if (metadataName !== undefined) {
    if (!tables.some((table) => sameName(table.name, metadataName)))
      added.push(
        ownTable(metadataName, METADATA_DDL.replace('$', quoteIdentifier(metadataName)), 'What every table is for'),
      );
  }
  return {
    tables: added,
    defaults,
    names: {
      ...(versionName === undefined ? {} : { version: versionName }),
      ...(metadataName === undefined ? {} : { metadata: metadataName }),
    },
  };
}

/** The row of the first version, as far as the table has columns for it. */
function versionRow({ name, columns }: ResolvedTable, version: number): string {
  const values: Readonly<Record<string, string>> = {
    version: String(version),
    description: "'consolidated by SQLite Consolidator'",
    applied_at: "datetime('now')",
  };
  const given = columns.filter((column) => Object.hasOwn(values, foldName(column)));
  return `INSERT INTO ${quoteIdentifier(name)} (${given.map(quoteIdentifier).join(', ')}) VALUES (${given.map((column) => values[foldName(column)]).join(', ')}) ON CONFLICT DO NOTHING`;
}

const METADATA_DDL = `CREATE TABLE $ (
  table_name TEXT PRIMARY KEY,
  domain TEXT,
  purpose TEXT,
  source_databases TEXT,
  columns TEXT,
  updated_at TEXT
)`;

function ownTable(name: string, sql: string, purpose: string): ResolvedTable {
  const definition = parseCreateTable(sql)!;
  return {
    name,
    kind: 'table',
    sql,
    indexes: [],
    columns: definition.columns.map((column) => column.name),
    withoutRowid: false,
    autoincrement: false,
    keepRowid: false,
    primaryKey: [definition.columns[0]!.name],
    rowidAlias: definition.columns[0]!.type === 'INTEGER',
    foreignKeys: [],
    purpose,
    domain: 'system',
    sources: [],
  };
}

/**
 * Rows of the documentation table: one for each table and view; a row that is there already stays as it is.
 * @param tables all of the target, bookkeeping included
 */
export function documentationRows(
  target: string,
  metadataName: string | undefined,
  tables: readonly ResolvedTable[],
  views: readonly DocumentedView[],
  reporter: Reporter,
): DefaultRow[] {
  const metadata = tables.find((table) => metadataName !== undefined && sameName(table.name, metadataName));
  if (!metadata) return [];
  const at = ['targets', target, 'bookkeeping', 'metadata'];
  const definition = parseCreateTable(metadata.sql);
  const column = (kind: keyof typeof METADATA_COLUMNS) =>
    metadata.columns.find((candidate) => (METADATA_COLUMNS[kind] as readonly string[]).includes(foldName(candidate)));
  const chosen = (Object.keys(METADATA_COLUMNS) as (keyof typeof METADATA_COLUMNS)[]).flatMap((kind) => {
    const name = column(kind);
    return name === undefined ? [] : [{ kind, name }];
  });
  const unfilled = (definition?.columns ?? []).filter(
    ({ name, constraints }) =>
      constraints.some(({ kind }) => kind === 'not-null') &&
      !constraints.some(({ kind }) => kind === 'default') &&
      !chosen.some((entry) => sameName(entry.name, name)),
  );
  if (column('table') === undefined || unfilled.length > 0) {
    reporter.error(
      'BOOKKEEPING_IMPOSSIBLE',
      at,
      `${target}.${metadata.name} cannot take the documentation: ${column('table') === undefined ? 'it has no column for the name of a table' : `its columns ${unfilled.map(({ name }) => name).join(', ')} want values that there are none for`}. Choose another name ("metadata": "…").`,
      { table: metadata.name },
    );
    return [];
  }
  const documented: readonly DocumentedView[] = [
    ...tables.map((table) => ({ ...table, sources: [...new Set(table.sources.map((source) => source.database))] })),
    ...views,
  ];
  const undocumented = documented.filter(({ purpose }) => purpose === undefined).map((item) => item.name);
  const rows = documented.map((item) => {
    const values: Record<keyof typeof METADATA_COLUMNS, string> = {
      table: quoteLiteral(item.name),
      domain: literal(item.domain),
      purpose: quoteLiteral(item.purpose ?? ''),
      sources: quoteLiteral(item.sources.join(', ')),
      columns: quoteLiteral(JSON.stringify(item.columns)),
      time: "datetime('now')",
    };
    return `(${chosen.map(({ kind }) => values[kind]).join(', ')})`;
  });
  if (undocumented.length > 0)
    reporter.info(
      'TABLE_UNDOCUMENTED',
      at,
      `${undocumented.length} of ${documented.length} tables and views of ${target} have no "purpose": ${undocumented.slice(0, 10).join(', ')}${undocumented.length > 10 ? ', …' : ''}.`,
      { details: { tables: undocumented } },
    );
  const into = `${quoteIdentifier(metadata.name)} (${chosen.map(({ name }) => quoteIdentifier(name)).join(', ')})`;
  // SQLite takes 500 rows of VALUES in one statement and more, but a statement of bounded size is kinder to logs.
  const statements: { table: string; sql: string }[] = [];
  for (let start = 0; start < rows.length; start += 100)
    statements.push({
      table: metadata.name,
      sql: `INSERT INTO ${into} VALUES ${rows.slice(start, start + 100).join(', ')} ON CONFLICT DO NOTHING`,
    });
  return statements;
}

function literal(value: string | undefined): string {
  return quoteLiteral(value ?? null);
}
