import { ConsolidationError } from '../errors';
import { quoteIdentifier } from '../identifiers';
import type { InventoryDatabase, InventoryTable } from '../inventory/inventory';
import type { ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { isKeyword, sameName, sqlTokens, tokenName } from '../sqlite/sql-tokens';
import { parseVirtualTable } from '../sqlite/schema/virtual-table';
import { fullTextDeclaration } from './full-text/declaration';
import type { FullTextDeclaration } from './full-text/declaration';
import { sharesFormat } from './graft-plan';
import type { Step, Tree } from './steps';
import { mappedValue } from './values';

export interface VirtualTableInput {
  readonly target: ResolvedTarget;
  readonly databases: ReadonlyMap<string, InventoryDatabase>;
  /** Databases of which there is a file. */
  readonly present: ReadonlySet<string>;
}

/**
 * A virtual table moves with its shadow tables where nothing about it changes; they are ordinary tables, and what the
 * module keeps in them stays what it was. Otherwise a full-text table (FTS5) is built anew from the rows.
 * @throws ConsolidationError `UNSUPPORTED` for other modules, and for an index without text of its own
 */
export function virtualTableSteps(input: VirtualTableInput, table: ResolvedTable): Step[] {
  if (table.sources.every((source) => !input.present.has(source.database))) return emptySteps(input, table);
  if (movesUnchanged(input, table)) return graftSteps(input, table);
  const declaration = fullTextDeclaration(table.sql);
  if (!declaration) {
    throw unsupported(
      input,
      table,
      'can only be moved whole, from one database with the same page size and encoding as the target. Set "page_size" in the target\'s profile, keep the database, or retire the table with a reason.',
    );
  }
  return fullTextSteps(input, table, declaration);
}

function unsupported(
  { target, present }: VirtualTableInput,
  table: ResolvedTable,
  sentence: string,
): ConsolidationError {
  const source = table.sources.find(({ database }) => present.has(database));
  return new ConsolidationError('UNSUPPORTED', `The virtual table ${table.name} of ${target.name} ${sentence}`, {
    database: source?.database,
    table: table.name,
  });
}

/** None of its sources has a file: an empty full-text table can be made, and of others nothing is known. */
function emptySteps(input: VirtualTableInput, table: ResolvedTable): Step[] {
  if (fullTextDeclaration(table.sql))
    return [{ kind: 'create-full-text', target: input.target.name, table: table.name, sql: table.sql }];
  throw unsupported(input, table, 'has no legacy table to be moved from. Take it out of the schema, or retire it.');
}

/** May the shadow tables stand in the target as they are? */
export function movesUnchanged(input: VirtualTableInput, table: ResolvedTable): boolean {
  const { target, databases, present } = input;
  const [source, ...others] = table.sources;
  const database = source && present.has(source.database) ? databases.get(source.database) : undefined;
  const legacy = database?.tables.find(({ name }) => name === source!.table);
  if (!source || !database || !legacy?.sql || others.length > 0 || source.where !== undefined) return false;
  if (source.keys !== 'keep' || !sharesFormat(target, database)) return false;
  if (!sameColumns(table, source, legacy)) return false;
  const from = fullTextDeclaration(legacy.sql);
  const to = fullTextDeclaration(table.sql);
  if (!from || !to) return !from && !to && moduleArguments(legacy.sql) === moduleArguments(table.sql);
  return from.form === to.form && contentStays(input, to, source.database);
}

/** Every column from the one at the same place: the module numbers its columns. */
function sameColumns(table: ResolvedTable, source: ResolvedSource, legacy: InventoryTable): boolean {
  const visible = legacy.columns.filter((column) => column.generated !== 'hidden');
  return (
    visible.length === table.columns.length &&
    source.columns.length === visible.length &&
    visible.every((column, index) => {
      const mapping = source.columns.find(({ target }) => sameName(target, table.columns[index]!));
      return mapping?.kind === 'column' && sameName(mapping.source, column.name);
    })
  );
}

/** Module and arguments; tables that they name have been renamed by the plan and are left out. */
function moduleArguments(sql: string): string {
  const parsed = parseVirtualTable(sql);
  const texts = (parsed?.arguments ?? []).map((tokens) =>
    isKeyword(tokens[0], 'CONTENT') ? 'content' : tokens.map(tokenName).join(' ').toLowerCase(),
  );
  return JSON.stringify([parsed?.module, texts]);
}

/** Does an index over another table still find the same texts under the same rowids? */
function contentStays(input: VirtualTableInput, { content }: FullTextDeclaration, database: string): boolean {
  if (content === 'own' || content === 'none') return true;
  const table = input.target.tables.find(({ name }) => sameName(name, content.table));
  // A view: what it shows is its own matter.
  if (!table) return input.target.after.some(({ kind, name }) => kind === 'view' && sameName(name, content.table));
  const [source, ...others] = table.sources;
  return (
    source !== undefined &&
    others.length === 0 &&
    source.database === database &&
    source.where === undefined &&
    source.keys === 'keep' &&
    source.onReject === 'stop' &&
    (table.keepRowid === true || table.rowidAlias === true) &&
    source.columns.every(({ kind }) => kind === 'column') &&
    !(input.target.defaults ?? []).some((row) => sameName(row.table, table.name))
  );
}

function graftSteps({ target, databases }: VirtualTableInput, table: ResolvedTable): Step[] {
  const source = table.sources[0]!;
  const database = databases.get(source.database)!;
  const shadows = database.tables.filter((candidate) => candidate.shadowOf === source.table);
  return [
    ...shadows.flatMap((shadow): Step[] => {
      const name = table.name + shadow.name.slice(source.table.length);
      const place = { target: target.name, table: name, database: database.path, source: shadow.name };
      const automatic = shadow.indexes.filter((index) => !(shadow.withoutRowid && index.origin === 'pk'));
      const trees: Tree[] = [
        { kind: shadow.withoutRowid ? 'index' : 'table', from: shadow.name, to: name },
        ...automatic.map((index): Tree => ({
          kind: 'index',
          from: index.name,
          to: index.name.replace(shadow.name, () => name),
        })),
      ];
      return [
        { kind: 'create-table', target: target.name, table: name, sql: renamedTable(shadow.sql, name) },
        { kind: 'copy', ...place, strategy: 'graft', sql: '', trees, rows: shadow.rows ?? 0 },
      ];
    }),
    { kind: 'create-virtual', target: target.name, table: table.name, sql: table.sql },
  ];
}

/** `CREATE TABLE` under another name: only the name's token changes. */
function renamedTable(sql: string, name: string): string {
  const tokens = sqlTokens(sql);
  const token = tokens[tokens.findIndex((candidate) => isKeyword(candidate, 'TABLE')) + 1]!;
  return sql.slice(0, token.start) + quoteIdentifier(name) + sql.slice(token.end);
}

/** The index is made by the module itself, from the rows of the legacy tables or of the unified content table. */
function fullTextSteps(input: VirtualTableInput, table: ResolvedTable, { content }: FullTextDeclaration): Step[] {
  const { target, databases, present } = input;
  const place = { target: target.name, table: table.name };
  if (content === 'none') {
    throw unsupported(
      input,
      table,
      'keeps no text of its own (content=\'\'), so its index cannot be built anew for another page size, tokenizer or several sources. Move it alone into a target with the same "page_size", keep its database, or retire it and fill it again from the program.',
    );
  }
  if (!/^utf-?8$/i.test(String(target.profile.encoding ?? 'UTF-8'))) {
    throw unsupported(input, table, 'can be built in UTF-8 only. Set "encoding" in the target\'s profile to "UTF-8".');
  }
  const create: Step = { kind: 'create-full-text', ...place, sql: table.sql };
  const name = quoteIdentifier(table.name);
  if (content !== 'own') {
    if (!target.tables.some((candidate) => sameName(candidate.name, content.table)))
      throw unsupported(
        input,
        table,
        `reads its text from ${content.table}, which is not in this target. Plan both for the same target.`,
      );
    return [
      create,
      { kind: 'rebuild-full-text', ...place, sql: `INSERT INTO main.${name} (${name}) VALUES ('rebuild')` },
    ];
  }
  const copies = table.sources
    .filter((source) => present.has(source.database))
    .map((source): Step => {
      const database = databases.get(source.database)!;
      refuseSource(input, table, source, database);
      const texts = database.tables.find((candidate) => sameName(candidate.name, `${source.table}_content`));
      return {
        kind: 'copy',
        ...place,
        strategy: 'fts',
        database: source.database,
        source: source.table,
        sql: insertTexts(table, source),
        rows: texts?.rows ?? 0,
      };
    });
  return [create, ...copies];
}

function refuseSource(
  input: VirtualTableInput,
  table: ResolvedTable,
  source: ResolvedSource,
  database: InventoryDatabase,
): void {
  const legacy = database.tables.find(({ name }) => name === source.table);
  const from = legacy?.sql ? fullTextDeclaration(legacy.sql) : undefined;
  if (database.encoding !== 'UTF-8')
    throw unsupported(
      input,
      table,
      `cannot be built from ${source.database}, whose text is ${database.encoding}. Keep that database, or retire the table with a reason.`,
    );
  if (source.where !== undefined)
    throw unsupported(
      input,
      table,
      `cannot be built from a part of ${source.table} of ${source.database}. Take "where" out of the plan.`,
    );
  if (typeof source.keys !== 'string' || source.keys === 'composite')
    throw unsupported(input, table, 'knows its rows by rowid only: set "keys" to "keep" or "renumber".');
  if (from && from.content !== 'own')
    throw unsupported(
      input,
      table,
      `cannot take texts from ${source.table} of ${source.database}, which keeps none of its own. Give it "content" in the unified DDL, or retire it.`,
    );
}

/** A renumbered row gets the next free rowid. */
function insertTexts(table: ResolvedTable, source: ResolvedSource): string {
  const rowid = source.keys === 'renumber' ? [] : ['rowid'];
  const into = [...rowid, ...source.columns.map((column) => quoteIdentifier(column.target))];
  const values = [...rowid, ...source.columns.map((column) => mappedValue(column, new Map()))];
  return (
    `INSERT INTO main.${quoteIdentifier(table.name)} (${into.join(', ')}) ` +
    `SELECT ${values.join(', ')} FROM legacy.${quoteIdentifier(source.table)} ORDER BY rowid`
  );
}
