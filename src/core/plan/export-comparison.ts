import type { Inventory, InventoryTable } from '../inventory/inventory';
import type { ExportedFile } from './export-schema';
import { parseCreateTable, type ColumnDefinition } from './ddl';
import { sameName } from '../sqlite/sql-tokens';
import { markdownBlock, markdownCode, markdownTable, markdownText } from './markdown';
import type { ColumnMapping, ResolvedPlan, ResolvedSource, ResolvedTable } from './resolved';

/** `export comparison`: `schema_comparison.md`, every legacy table beside the unified one, column by column. */
export function exportComparison(plan: ResolvedPlan, inventory: Inventory): ExportedFile {
  const legacy = new Map(inventory.databases.map((database) => [database.path, database]));
  const find = (source: ResolvedSource) =>
    legacy.get(source.database)?.tables.find((table) => table.name === source.table);
  const parts = [
    `# Schema comparison: ${markdownText(plan.name)}`,
    `${countOf(plan.databases.length, 'legacy database')}, ${countOf(plan.targets.length, 'target')}.`,
    markdownTable(
      ['Legacy database', 'Becomes', 'Why'],
      plan.databases.map((database) => [
        markdownCode(database.path),
        fateOf(database),
        markdownText(database.reason ?? ''),
      ]),
    ),
  ];
  for (const target of plan.targets) {
    parts.push(`## ${markdownText(target.name)}: ${markdownCode(target.path)}`);
    if (target.purpose !== undefined) parts.push(markdownText(target.purpose));
    for (const table of target.tables) parts.push(...tableParts(table, find));
  }
  const left = plan.databases.flatMap((database) =>
    database.tables.flatMap((table) =>
      table.action === 'move'
        ? []
        : [[markdownCode(database.path), markdownCode(table.table), table.action, markdownText(table.reason)]],
    ),
  );
  if (left.length > 0)
    parts.push('## Tables that are not moved', markdownTable(['Legacy database', 'Table', 'Action', 'Reason'], left));
  return { file: 'schema_comparison.md', text: `${parts.join('\n\n')}\n` };
}

function fateOf(database: ResolvedPlan['databases'][number]): string {
  if (database.action !== 'merge' && database.action !== 'rebuild') return database.action;
  const targets = new Set(database.tables.flatMap((table) => table.target ?? []));
  return `${database.action}: ${[...targets].map(markdownText).join(', ') || 'nothing'}`;
}

function tableParts(table: ResolvedTable, find: (source: ResolvedSource) => InventoryTable | undefined): string[] {
  const definition = table.kind === 'table' ? parseCreateTable(table.sql) : undefined;
  const parts = [`### ${markdownText(table.name)}`];
  if (table.purpose !== undefined) parts.push(markdownText(table.purpose));
  if (table.sources.length === 0) parts.push('New, created empty.');
  // Files of a family say the same; one stands for all.
  const shown = new Map<string, { source: ResolvedSource; legacy: InventoryTable | undefined; databases: string[] }>();
  for (const source of table.sources) {
    const legacy = find(source);
    const id = JSON.stringify([
      source.table,
      legacy?.sql,
      source.columns.filter(({ kind }) => kind !== 'constant'),
      source.keys,
    ]);
    const known = shown.get(id);
    if (known) known.databases.push(source.database);
    else shown.set(id, { source, legacy, databases: [source.database] });
  }
  for (const { source, legacy, databases } of shown.values()) {
    const where =
      databases.length === 1
        ? markdownCode(databases[0]!)
        : `${databases.length} files, e.g. ${markdownCode(databases[0]!)}`;
    parts.push(
      `From ${where}, table ${markdownCode(source.table)} (${keysText(source)}${source.where === undefined ? '' : `, only rows with ${markdownCode(source.where)}`}):`,
    );
    const rows = table.columns.map((column) =>
      columnRow(
        column,
        source,
        legacy,
        definition?.columns.find((entry) => sameName(entry.name, column)),
      ),
    );
    const dropped = source.dropped.map(({ column, reason }) => [
      markdownCode(column),
      '',
      `dropped: ${markdownText(reason)}`,
      '',
    ]);
    parts.push(markdownTable(['Legacy column', 'Type', 'Unified column', 'Type'], [...rows, ...dropped]));
  }
  const indexes = table.indexes.map((index) => `${index.sql};`);
  parts.push(markdownBlock('sql', [`${table.sql};`, ...indexes].join('\n')));
  return parts;
}

function columnRow(
  column: string,
  source: ResolvedSource,
  legacy: InventoryTable | undefined,
  definition: ColumnDefinition | undefined,
): string[] {
  const mapping = source.columns.find((candidate) => candidate.target === column);
  const type = markdownText(definition?.type ?? '');
  const legacyType =
    mapping?.kind === 'column'
      ? (legacy?.columns.find((candidate) => sameName(candidate.name, mapping.source))?.type ?? '')
      : '';
  return [from(mapping), markdownText(legacyType), markdownCode(column), type];
}

function from(mapping: ColumnMapping | undefined): string {
  if (!mapping) return '(default)';
  if (mapping.kind === 'column') return markdownCode(mapping.source);
  if (mapping.kind === 'sql') return `= ${markdownCode(mapping.sql)}`;
  return `= ${markdownCode(JSON.stringify(mapping.value))}`;
}

function keysText({ keys }: ResolvedSource): string {
  if (typeof keys === 'string') return `keys: ${keys}`;
  return 'first' in keys
    ? `of rows with one key the first by ${markdownCode(keys.first)}`
    : `of rows with one key the last by ${markdownCode(keys.last)}`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
