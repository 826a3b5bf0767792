import type { Reporter } from './reporter';
import { describeSource, rowidAlias, type GroupIndex, type GroupSource, type TableGroup } from './table-group';
import { sameName } from '../sqlite/sql-tokens';

/** Figures about one unified table that only the data can give. */
export interface MeasuredTable {
  readonly target: string;
  readonly table: string;
  /** Keys that rows of more than one source have, and of these how many rows differ. */
  readonly collisions?: { readonly keys: number; readonly different: number };
  /** Rows of one source that the unified DDL refuses, by what refuses them. */
  readonly refused?: readonly {
    readonly database: string;
    readonly legacyTable: string;
    readonly rows: number;
    readonly constraint: string;
  }[];
  /** Rows of other tables that refer to rows of one source that its `where` leaves out. */
  readonly leftBehind?: readonly {
    readonly database: string;
    readonly legacyTable: string;
    /** The legacy table and its column (columns, separated by commas) that refer. */
    readonly child: string;
    readonly column: string;
    readonly rows: number;
    /** By a foreign key of the unified DDL; else by a relation that the plan lists. */
    readonly declared: boolean;
  }[];
}

export type MeasuredRows = readonly MeasuredTable[];

/** Turns measured figures into findings at the entries of the plan that are to blame. */
export function reportCollisions(measured: MeasuredRows, groups: GroupIndex, reporter: Reporter): void {
  for (const entry of measured) {
    const group = groups.named(entry.target, entry.table);
    if (!group) continue;
    const at = group.sources[0]?.at ?? group.at;
    const policies = group.sources.map((source) => source.entry.keys ?? 'keep');
    const { collisions } = entry;
    if (collisions && collisions.keys > 0 && policies.every((policy) => policy === 'keep'))
      reporter.error(
        'KEY_COLLISION',
        at,
        `${collisions.keys === 1 ? '1 key occurs' : `${collisions.keys} keys occur`} in more than one source of ${entry.target}.${entry.table} (${collisions.different} with different rows): ${group.sources.map(describeSource).join(', ')}. Choose a key policy ("keys"), or keep the tables apart.`,
        {
          table: entry.table,
          details: { ...collisions, target: entry.target, sides: group.sources.map(sideOf) },
          resolutions: keyResolutions(group),
        },
      );
    for (const left of entry.leftBehind ?? []) reportLeftBehind(left, entry, group, reporter);
    for (const refused of entry.refused ?? []) {
      const source = group.sources.find(
        ({ database, table }) => database.path === refused.database && sameName(table.name, refused.legacyTable),
      );
      if (!source || source.entry.onReject === 'quarantine') continue;
      reporter.error(
        'ROWS_REJECTED',
        source.at,
        `${entry.target}.${entry.table} refuses ${refused.rows === 1 ? '1 row' : `${refused.rows} rows`} of ${describeSource(source)}: ${refused.constraint}. Map the values, relax the constraint, or set "onReject": "quarantine".`,
        {
          database: refused.database,
          table: refused.legacyTable,
          details: { rows: refused.rows, constraint: refused.constraint, target: entry.target },
          resolutions: [{ id: 'onReject:quarantine', title: 'Put them into a quarantine table' }],
        },
      );
    }
  }
}

/** A foreign key would be violated, which verification does not let pass; a relation is for a person to judge. */
function reportLeftBehind(
  left: NonNullable<MeasuredTable['leftBehind']>[number],
  entry: MeasuredTable,
  group: TableGroup,
  reporter: Reporter,
): void {
  const source = group.sources.find(
    ({ database, table }) => database.path === left.database && sameName(table.name, left.legacyTable),
  );
  if (!source) return;
  const rows = left.rows === 1 ? '1 row' : `${left.rows} rows`;
  const verb = left.rows === 1 ? 'refers' : 'refer';
  reporter[left.declared ? 'error' : 'warning'](
    'WHERE_LEAVES_ORPHANS',
    [...source.at, 'where'],
    `${rows} of ${left.child} of ${left.database} ${verb} by ${left.column} to rows of ${left.legacyTable} that "where" leaves out. Take these rows along, or leave out those that refer to them as well.`,
    {
      database: left.database,
      table: left.legacyTable,
      details: { rows: left.rows, child: left.child, column: left.column, target: entry.target },
    },
  );
}

/** A source as one side of a conflict. */
export function sideOf({ database, table }: GroupSource): { database: string; table: string; rows: number | null } {
  return { database: database.path, table: table.name, rows: table.rows };
}

/** What can be done about keys that meet; ids can only be given anew where every key is an INTEGER PRIMARY KEY. */
export function keyResolutions(group: TableGroup): { readonly id: string; readonly title: string }[] {
  const renumber = group.sources.every(({ table, legacy }) => rowidAlias(table, legacy) !== undefined);
  return [
    ...(renumber ? [{ id: 'keys:renumber', title: 'Give the rows new ids; references follow' }] : []),
    { id: 'keys:composite', title: 'Let a discriminator join the key' },
    { id: 'rename-apart', title: 'Keep the tables apart under different names' },
  ];
}
