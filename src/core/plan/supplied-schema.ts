import { resolutionId } from './resolution-id';
import type { Engine } from '../engine';
import { quoteIdentifier } from '../identifiers';
import { affinityOf } from './affinity';
import { parseCreateTable } from './ddl';
import { indexParts } from './ddl-rename';
import { foldName, isKeyword, sameName, tokenName } from '../sqlite/sql-tokens';
import { mentionedNames } from './dependents';
import { quote } from './issues';
import type { PlanPath } from './locate';
import type { Reporter } from './reporter';
import { createdObject, sqlStatements, virtualTableColumns, type SqlStatement } from './sql-script';
import { describeSource, type TableGroup } from './table-group';
import type { MappedSource } from './unify-columns';
import type { ColumnMapping } from './resolved';

export interface SuppliedColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly generated: boolean;
  readonly primaryKey: number;
}

export interface SuppliedTable {
  readonly name: string;
  readonly kind: 'table' | 'virtual';
  readonly sql: string;
  readonly columns: readonly SuppliedColumn[];
  readonly strict: boolean;
  readonly indexes: readonly { readonly name: string; readonly sql: string }[];
}

/** A user's unified DDL. */
export interface SuppliedSchema {
  readonly tables: readonly SuppliedTable[];
  readonly after: readonly { readonly kind: 'view' | 'trigger'; readonly name: string; readonly sql: string }[];
  readonly defaults: readonly { readonly table: string; readonly sql: string }[];
  readonly pragmas: Readonly<Record<string, string>>;
  /** What a comment right before a `CREATE TABLE` says, by folded table name. */
  readonly purposes: ReadonlyMap<string, string>;
}

/** Reads the statements of a DDL file and lets SQLite judge each. */
export function readSuppliedSchema(
  engine: Engine,
  script: string,
  file: string,
  at: PlanPath,
  reporter: Reporter,
): SuppliedSchema {
  const scratch = new engine.Database();
  const tables: (SuppliedTable & { indexes: { name: string; sql: string }[] })[] = [];
  const after: { kind: 'view' | 'trigger'; name: string; sql: string }[] = [];
  const defaults: { table: string; sql: string }[] = [];
  const pragmas: Record<string, string> = {};
  const purposes = new Map<string, string>();
  const refuse = (statement: SqlStatement, why: string) =>
    reporter.error('SCHEMA_INVALID', at, `${file}:${statement.line}: ${why}. Correct the file.`, {
      details: { schema: file, line: statement.line },
    });
  const run = (statement: SqlStatement): boolean => {
    try {
      scratch.run(statement.sql);
      return true;
    } catch (error) {
      refuse(statement, (error as Error).message);
      return false;
    }
  };
  try {
    for (const statement of sqlStatements(script)) {
      const { tokens } = statement;
      const created = createdObject(tokens);
      const sql = withoutIfNotExists(statement);
      if (created?.kind === 'table' || created?.kind === 'virtual') {
        const purpose = commentBefore(script, statement.start);
        if (purpose !== '') purposes.set(foldName(created.name), purpose);
      }
      if (created?.kind === 'table') {
        if (run(statement))
          tables.push({ name: created.name, kind: 'table', sql, ...tableFacts(created.name), indexes: [] });
      } else if (created?.kind === 'virtual')
        tables.push({
          name: created.name,
          kind: 'virtual',
          sql,
          strict: false,
          indexes: [],
          columns: virtualTableColumns(sql).map((name) => ({
            name,
            type: '',
            notNull: false,
            hasDefault: false,
            generated: false,
            primaryKey: 0,
          })),
        });
      else if (created?.kind === 'index') {
        const parts = indexParts(sql);
        const table = parts && tables.find((candidate) => sameName(candidate.name, tokenName(parts.table)));
        if (!table)
          refuse(statement, `the index ${created.name} is on a table that the file does not create before it`);
        else if (run(statement)) table.indexes.push({ name: created.name, sql });
      } else if (created?.kind === 'view' || created?.kind === 'trigger')
        after.push({ kind: created.kind, name: created.name, sql });
      else if (isKeyword(tokens[0], 'INSERT', 'REPLACE')) {
        const into = tokens.findIndex((token) => isKeyword(token, 'INTO'));
        if (run(statement)) defaults.push({ table: tokenName(tokens[into + 1]!), sql: orNothing(statement) });
      } else if (isKeyword(tokens[0], 'PRAGMA')) {
        if (tokens[1] && tokens[3]) pragmas[tokenName(tokens[1]).toLowerCase()] = tokenName(tokens[3]).toUpperCase();
      } else if (!isKeyword(tokens[0], 'BEGIN', 'COMMIT', 'END'))
        refuse(statement, `${quote(statement.tokens[0]!.text)} is not part of a schema`);
    }
  } finally {
    scratch.close();
  }
  return { tables, after, defaults, pragmas, purposes };

  function tableFacts(name: string): { columns: SuppliedColumn[]; strict: boolean } {
    const rows = scratch.exec(`PRAGMA table_xinfo(${quoteIdentifier(name)})`)[0]?.values ?? [];
    const strict =
      scratch.exec(`SELECT strict FROM pragma_table_list WHERE schema = 'main' AND name = ?`, [name])[0]
        ?.values[0]?.[0] === 1;
    return {
      strict,
      columns: rows.map(([, column, type, notNull, value, key, hidden]) => ({
        name: String(column),
        type: String(type),
        notNull: notNull === 1,
        hasDefault: value !== null,
        primaryKey: Number(key),
        generated: hidden === 2 || hidden === 3,
      })),
    };
  }
}

/** The lines of `--` comments that end right before an offset, as one text; rules made of dashes are left out. */
function commentBefore(script: string, offset: number): string {
  const lines = script.slice(0, offset).split('\n').slice(0, -1);
  const comment: string[] = [];
  for (let line = lines.pop(); line !== undefined && line.trim().startsWith('--'); line = lines.pop()) {
    const text = line.trim().replace(/^-+/, '').trim();
    if (/[\p{L}\p{N}]/u.test(text)) comment.unshift(text);
  }
  return comment.join(' ');
}

function withoutIfNotExists(statement: SqlStatement): string {
  const at = statement.tokens.findIndex((token) => isKeyword(token, 'IF'));
  const exists = statement.tokens[at + 2];
  if (at < 0 || at > 3 || !isKeyword(exists, 'EXISTS')) return statement.sql;
  const cut = (offset: number) => offset - statement.start;
  return statement.sql.slice(0, cut(statement.tokens[at]!.start)) + statement.sql.slice(cut(exists!.end)).trimStart();
}

/** A default row is a default: where a legacy row has its key, the legacy row stays. */
function orNothing(statement: SqlStatement): string {
  if (statement.tokens.some((token) => isKeyword(token, 'CONFLICT', 'IGNORE', 'REPLACE'))) return statement.sql;
  if (statement.tokens.some((token) => isKeyword(token, 'VALUES'))) return `${statement.sql} ON CONFLICT DO NOTHING`;
  // After SELECT, "ON" would be read as a join condition.
  return `${statement.sql}${statement.tokens.some((token) => isKeyword(token, 'WHERE')) ? '' : ' WHERE true'} ON CONFLICT DO NOTHING`;
}

/** Checks that every legacy column has a place and every unified one a value; returns the mapping that fits the table. */
export function fitToSupplied(
  group: TableGroup,
  table: SuppliedTable,
  sources: readonly MappedSource[],
  reporter: Reporter,
): MappedSource[] {
  const find = (name: string) => table.columns.find((column) => sameName(column.name, name));
  return sources.map((mapped) => {
    const { source, mapping } = mapped;
    const place = { database: source.database.path, table: source.table.name };
    const used = new Set(
      mapping.columns.flatMap((column) => (column.kind === 'sql' ? [...mentionedNames(column.sql)] : [])),
    );
    const dropped = [...mapping.dropped];
    const columns = mapping.columns.flatMap((column): ColumnMapping[] => {
      const unified = find(column.target);
      if (unified && !unified.generated) return [{ ...column, target: unified.name }];
      if (column.kind === 'column' && used.has(foldName(column.source))) {
        dropped.push({ column: column.source, reason: 'an expression of the plan takes its value' });
        return [];
      }
      if (unified?.generated) {
        dropped.push({ column: column.target, reason: 'the unified column is computed' });
        return [];
      }
      reporter.error(
        'COLUMN_NOT_IN_SCHEMA',
        [...source.at, 'columns', column.target],
        `${describeSource(source)} has a column ${quote(column.target)} for which ${group.target}.${group.name} has no place. Rename it, or drop it with a reason.`,
        {
          ...place,
          details: {
            target: group.target,
            unified: group.name,
            column: column.target,
            offered: table.columns.map(({ name }) => name),
          },
          resolutions: [
            { id: resolutionId('drop-column', column.target), title: `Leave ${column.target} behind (with a reason)` },
          ],
        },
      );
      return [];
    });
    const defaulted: string[] = [];
    for (const column of table.columns) {
      const given = columns.some((candidate) => sameName(candidate.target, column.name));
      if (given || column.generated || isAlias(table, column)) continue;
      // SQLite lets NULL into a key that is not an INTEGER; nobody means that.
      if (column.hasDefault || (!column.notNull && column.primaryKey === 0)) defaulted.push(column.name);
      else
        reporter.error(
          'COLUMN_WITHOUT_SOURCE',
          [...source.at, 'columns'],
          `${group.target}.${group.name} needs a value for ${quote(column.name)} (${column.notNull ? 'NOT NULL' : 'PRIMARY KEY'} without default), and ${describeSource(source)} gives none. Map a column, an expression ("sql") or a fixed "value" to it.`,
          {
            ...place,
            details: { target: group.target, unified: group.name, column: column.name },
            resolutions: source.table.columns.map(({ name }) => ({
              id: resolutionId('map-column', name, column.name),
              title: `Take ${name}`,
            })),
          },
        );
    }
    if (defaulted.length > 0)
      reporter.info(
        'COLUMN_DEFAULTED',
        source.at,
        `${describeSource(source)} gives no ${defaulted.join(', ')}; its rows in ${group.target}.${group.name} get the default, or NULL where there is none.`,
        { ...place, details: { target: group.target, unified: group.name, columns: defaulted } },
      );
    reportConversions(group, table, mapped, columns, reporter);
    return { source, mapping: { ...mapping, columns, dropped } };
  });
}

function isAlias(table: SuppliedTable, column: SuppliedColumn): boolean {
  return (
    column.primaryKey > 0 &&
    column.type.toUpperCase() === 'INTEGER' &&
    table.columns.filter(({ primaryKey }) => primaryKey > 0).length === 1
  );
}

/** Where the unified type converts values of the legacy type, their storage class can change. */
function reportConversions(
  group: TableGroup,
  table: SuppliedTable,
  { source, mapping }: MappedSource,
  columns: readonly ColumnMapping[],
  reporter: Reporter,
): void {
  if (table.kind === 'virtual') return;
  const conversion = (type: string, strict: boolean) => {
    const affinity = affinityOf(type, strict);
    return affinity === 'INTEGER' ? 'NUMERIC' : affinity;
  };
  const changed = columns.flatMap((column) => {
    const legacy = column.kind === 'column' ? mapping.legacyColumn(column.target) : undefined;
    const unified = table.columns.find((candidate) => sameName(candidate.name, column.target));
    if (!legacy || !unified) return [];
    const to = conversion(unified.type, table.strict);
    if (to === 'BLOB' || to === conversion(legacy.type, source.table.strict)) return [];
    return [{ column: unified.name, legacy: legacy.type, unified: unified.type }];
  });
  if (changed.length === 0) return;
  reporter.report({
    code: 'TYPES_DIFFER',
    severity: group.settings.accept?.includes('TYPES_DIFFER') ? 'info' : 'warning',
    at: source.at,
    message: `Values of ${describeSource(source)} may be converted by the types of ${group.target}.${group.name}: ${changed.map((side) => `${side.column} ${side.legacy || 'without type'} → ${side.unified}`).join(', ')}.`,
    database: source.database.path,
    table: source.table.name,
    details: { target: group.target, unified: group.name, columns: changed },
    resolutions: [{ id: 'accept:TYPES_DIFFER', title: 'The conversion is meant' }],
  });
}

/** Insertable columns of a stored statement: generated ones left out. */
export function insertableColumns(sql: string): string[] | undefined {
  return parseCreateTable(sql)
    ?.columns.filter((column) => !column.constraints.some(({ kind }) => kind === 'generated'))
    .map(({ name }) => name);
}
