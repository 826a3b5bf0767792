import { resolutionId } from './resolution-id';
import type { InventoryColumn } from '../inventory/inventory';
import type { ColumnMapping } from './resolved';
import { sameName } from '../sqlite/sql-tokens';
import { quote } from './issues';
import type { Reporter } from './reporter';
import { expandPath } from './sources';
import { describeSource, type GroupSource } from './table-group';

/** What one source gives to a unified table. */
export interface SourceMapping {
  readonly columns: readonly ColumnMapping[];
  readonly dropped: readonly { readonly column: string; readonly reason: string }[];
  /** Legacy column behind a unified one, where there is one. */
  legacyColumn(unified: string): InventoryColumn | undefined;
  readonly renamed: Readonly<Record<string, string>>;
  readonly discriminator: Readonly<Record<string, string | number>>;
}

/** New names of legacy columns, by legacy name. */
export function columnRenames(source: Pick<GroupSource, 'table' | 'entry'>): Map<string, string> {
  const renames = new Map<string, string>();
  for (const [key, mapping] of Object.entries(source.entry.columns ?? {})) {
    if (typeof mapping !== 'string') continue;
    const column = source.table.columns.find((candidate) => sameName(candidate.name, key));
    if (column && column.name !== mapping) renames.set(column.name, mapping);
  }
  return renames;
}

/** Applies the `columns` and `discriminator` of a plan entry to a legacy table. Reports names that do not exist. */
export function mapSource(source: GroupSource, reporter: Reporter): SourceMapping {
  const planned = Object.entries(source.entry.columns ?? {});
  const legacyColumns = source.table.columns.filter((column) => column.generated !== 'hidden');
  const place = { database: source.database.path, table: source.table.name };
  const columns: ColumnMapping[] = [];
  const dropped: { column: string; reason: string }[] = [];
  const renamed: Record<string, string> = {};
  const behind = new Map<string, InventoryColumn>();

  const put = (mapping: ColumnMapping, key: string): void => {
    if (columns.some((known) => sameName(known.target, mapping.target)))
      reporter.error(
        'NAME_CLASH',
        [...source.at, 'columns', key],
        `Two columns of ${describeSource(source)} become ${quote(mapping.target)}; give one of them another name.`,
        place,
      );
    else columns.push(mapping);
  };
  const fixed = (target: string, mapping: { sql?: string; value?: string | number | null }): ColumnMapping =>
    mapping.sql !== undefined
      ? { kind: 'sql', target, sql: mapping.sql }
      : { kind: 'constant', target, value: expandValue(mapping.value ?? null, source.database.path) };

  for (const column of legacyColumns) {
    const [key, mapping] = planned.find(([name]) => sameName(name, column.name)) ?? [column.name, column.name];
    if (typeof mapping !== 'string' && mapping.drop !== undefined) {
      dropped.push({ column: column.name, reason: mapping.drop });
      continue;
    }
    const target = typeof mapping === 'string' ? mapping : column.name;
    behind.set(target.toLowerCase(), column);
    if (typeof mapping !== 'string') put(fixed(target, mapping), key);
    else put({ kind: 'column', target, source: column.name }, key);
    if (target !== column.name) renamed[column.name] = target;
  }
  for (const [key, mapping] of planned) {
    if (legacyColumns.some((column) => sameName(column.name, key))) continue;
    if (typeof mapping !== 'string' && mapping.drop === undefined) put(fixed(key, mapping), key);
    else
      reporter.error(
        'COLUMN_UNKNOWN',
        [...source.at, 'columns', key],
        `${describeSource(source)} has no column ${quote(key)}; it has ${legacyColumns.map((column) => column.name).join(', ')}.`,
        place,
      );
  }
  const discriminator: Record<string, string | number> = {};
  for (const [column, value] of Object.entries(source.entry.discriminator ?? {})) {
    if (columns.some((known) => sameName(known.target, column)))
      reporter.error(
        'DISCRIMINATOR_CLASH',
        [...source.at, 'discriminator', column],
        `${describeSource(source)} already has a column ${quote(column)}; name the discriminator otherwise, or rename the column.`,
        {
          ...place,
          resolutions: [
            { id: resolutionId('rename-discriminator', column), title: `Name the discriminator "${column}_source"` },
            { id: resolutionId('drop-discriminator', column), title: `Use the column ${column} that is there` },
          ],
        },
      );
    else {
      const expanded = expandValue(value, source.database.path) as string | number;
      columns.push({ kind: 'constant', target: column, value: expanded });
      discriminator[column] = expanded;
    }
  }
  return { columns, dropped, renamed, discriminator, legacyColumn: (unified) => behind.get(unified.toLowerCase()) };
}

function expandValue(value: string | number | null, path: string): string | number | null {
  return typeof value === 'string' ? expandPath(value, path) : value;
}
