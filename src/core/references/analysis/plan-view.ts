import { getOrAdd } from '../evaluation/project';
import { foldName } from '../../sqlite/sql-tokens';
import type { ResolvedDatabase, ResolvedPlan, TableDisposition } from '../../plan/resolved';

/** What a plan says of a legacy database and its tables, as references need it. */
export class PlanView {
  private readonly databases = new Map<string, ResolvedDatabase>();
  private readonly tables = new Map<string, Map<string, TableDisposition>>();
  private readonly targets = new Map<string, readonly string[]>();
  private readonly targetByPath: ReadonlyMap<string, string>;

  constructor(plan: ResolvedPlan) {
    this.targetByPath = new Map(plan.targets.map(({ path, name }) => [path, name]));
    for (const database of plan.databases) {
      this.databases.set(database.path, database);
      this.tables.set(database.path, new Map(database.tables.map((table) => [foldName(table.table), table])));
    }
  }

  /** Targets that hold tables of a database now. */
  targetsOf(database: string): readonly string[] {
    return getOrAdd(this.targets, database, () => {
      const tables = this.databases.get(database)?.tables ?? [];
      return [...new Set(tables.flatMap((table) => (table.target === undefined ? [] : [table.target])))];
    });
  }

  /** The target that stands at the path of a legacy database afterwards. */
  targetAt(database: string): string | undefined {
    return this.targetByPath.get(database);
  }

  /**
   * Does a path to the database lead to the wrong place once the plan is carried out?
   * @param needed targets that hold what is asked for through the path; a database that keeps its name may lose tables
   */
  isPathStale(database: string, needed: Iterable<string> = []): boolean {
    const action = this.databases.get(database)?.action;
    if (action !== 'merge' && action !== 'retire' && action !== 'rebuild') return false;
    const own = this.targetByPath.get(database);
    return own === undefined || [...needed].some((target) => target !== own);
  }

  /** Legacy names of the tables of a database that are in a target now. */
  tablesIn(database: string, target: string): string[] {
    const tables = this.databases.get(database)?.tables ?? [];
    return tables.flatMap((table) => (table.target === target ? [table.table] : []));
  }

  table(database: string, table: string): TableDisposition | undefined {
    return this.tables.get(database)?.get(foldName(table));
  }

  /** Are there rows of other databases in the table that it becomes? */
  isShared(database: string, table: string): boolean {
    const disposition = this.table(database, table);
    return disposition?.action === 'move' && hasAny(disposition.discriminator);
  }

  /**
   * Does a statement on the table have to change? It does when the table has another name, is gone, has other columns, or
   * holds rows of other databases as well.
   */
  isTableStale(database: string, table: string): boolean {
    const disposition = this.table(database, table);
    if (!disposition) return false;
    if (disposition.action === 'retire') return true;
    if (disposition.action === 'move' && (hasAny(disposition.renamed) || hasAny(disposition.discriminator)))
      return true;
    if (disposition.name === undefined) return disposition.action === 'skip-empty';
    return foldName(disposition.name) !== foldName(table);
  }
}

function hasAny(values: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(values).length > 0;
}
