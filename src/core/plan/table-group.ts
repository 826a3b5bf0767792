import type { InventoryDatabase, InventoryTable } from '../inventory/inventory';
import type { PlanTable, PlanUnifiedTable } from './definition';
import { parseCreateTable, type TableDefinition } from './ddl';
import { foldName, sameName } from '../sqlite/sql-tokens';
import type { PlanPath } from './locate';

/** One legacy table on its way into a unified table. */
export interface GroupSource {
  readonly database: InventoryDatabase;
  readonly table: InventoryTable;
  readonly entry: PlanTable;
  /** The entry, or the source that speaks for it, in the plan. */
  readonly at: PlanPath;
  /** False: the table is created and its rows stay behind (rebuild). */
  readonly rows: boolean;
  /** The stored statement taken apart, under its legacy names. */
  readonly legacy?: TableDefinition;
  /** As `legacy`, under the unified names. */
  definition?: TableDefinition;
  /** CREATE INDEX statements under the unified names. */
  indexes: readonly { readonly name: string; readonly sql: string }[];
  /** Foreign keys that cannot be kept, by their position in the definition. */
  lostForeignKeys: ReadonlySet<number>;
}

/** A unified table with all its sources. */
export interface TableGroup {
  readonly target: string;
  name: string;
  readonly sources: GroupSource[];
  /** Tables met here that the plan did not send to one another: the finding says so, and nothing is derived. */
  clash?: boolean;
  /** Said once that tables meet here by their name alone. */
  told?: boolean;
  readonly settings: PlanUnifiedTable;
  /** Where the settings are, or would be, in the plan. */
  readonly at: PlanPath;
}

/** Discriminator columns of a group, in the order in which its sources name them. */
export function discriminatorColumns(group: TableGroup): string[] {
  const columns: string[] = [];
  for (const source of group.sources)
    for (const column of Object.keys(source.entry.discriminator ?? {}))
      if (!columns.some((known) => sameName(known, column))) columns.push(column);
  return columns;
}

/** Does the discriminator join the key? */
export function isComposite(group: TableGroup): boolean {
  return group.sources.some((source) => source.entry.keys === 'composite');
}

/** The one column that is the rowid (https://sqlite.org/lang_createtable.html#rowid), if there is one. */
export function rowidAlias(table: InventoryTable, definition = parseCreateTable(table.sql)): string | undefined {
  if (table.withoutRowid || table.kind !== 'table') return undefined;
  const key = table.columns.filter((column) => column.primaryKey > 0);
  if (key.length !== 1 || key[0]!.type.toUpperCase() !== 'INTEGER') return undefined;
  const declared = definition?.columns.find((column) => sameName(column.name, key[0]!.name));
  const descending = declared?.constraints.some(
    (constraint) => constraint.kind === 'primary-key' && constraint.descending,
  );
  return descending ? undefined : key[0]!.name;
}

export function describeSource(source: GroupSource): string {
  return `${source.database.path} › ${source.table.name}`;
}

/** Finds unified tables by their own name and by the names of the legacy tables in them. */
export class GroupIndex {
  private readonly byName = new Map<string, TableGroup>();
  private readonly byLegacyName = new Map<string, Set<TableGroup>>();

  constructor(readonly groups: readonly TableGroup[]) {
    for (const group of groups) {
      this.byName.set(`${group.target}.${foldName(group.name)}`, group);
      for (const source of group.sources) {
        const folded = foldName(source.table.name);
        const known = this.byLegacyName.get(folded) ?? new Set();
        this.byLegacyName.set(folded, known.add(group));
      }
    }
  }

  named(target: string, name: string): TableGroup | undefined {
    return this.byName.get(`${target}.${foldName(name)}`);
  }

  /** What `target.table.column` means; names may hold dots, so every way to read it is tried. */
  addressed(address: string): { readonly group: TableGroup; readonly column: string } | undefined {
    const [target = '', ...parts] = address.split('.');
    for (let length = 1; length < parts.length; length++) {
      const group = this.named(target, parts.slice(0, length).join('.'));
      if (group) return { group, column: parts.slice(length).join('.') };
    }
    return undefined;
  }

  /** Unified tables, of one target or of all, that hold a legacy table of this name. */
  holding(legacy: string, target?: string): TableGroup[] {
    return [...(this.byLegacyName.get(foldName(legacy)) ?? [])].filter(
      (group) => target === undefined || group.target === target,
    );
  }

  /** Where the one unified table is that was called so in some legacy database. */
  namesake(legacy: string): { target: string; name: string } | undefined {
    const found = this.holding(legacy);
    return found.length === 1 ? { target: found[0]!.target, name: found[0]!.name } : undefined;
  }
}
