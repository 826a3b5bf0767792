import { foldName } from '../../sqlite/sql-tokens';
import type { ResolvedDatabase, ResolvedPlan, TableDisposition } from '../../plan/resolved';

/** What a plan says of a legacy database and its tables, as references need it. */
export class PlanView {
  private readonly databases = new Map<string, ResolvedDatabase>();
  private readonly tables = new Map<string, Map<string, TableDisposition>>();
  private readonly targetPaths: ReadonlySet<string>;

  constructor(plan: ResolvedPlan) {
    this.targetPaths = new Set(plan.targets.map((target) => target.path));
    for (const database of plan.databases) {
      this.databases.set(database.path, database);
      this.tables.set(database.path, new Map(database.tables.map((table) => [foldName(table.table), table])));
    }
  }

  /** Targets that hold tables of a database now. */
  targetsOf(database: string): string[] {
    const tables = this.databases.get(database)?.tables ?? [];
    return [...new Set(tables.flatMap((table) => (table.target === undefined ? [] : [table.target])))];
  }

  /** Does a path to the database lead to the wrong place once the plan is carried out? */
  isPathStale(database: string): boolean {
    const action = this.databases.get(database)?.action;
    if (action !== 'merge' && action !== 'retire' && action !== 'rebuild') return false;
    return !this.targetPaths.has(database);
  }

  table(database: string, table: string): TableDisposition | undefined {
    return this.tables.get(database)?.get(foldName(table));
  }

  /** Does a statement on the table have to change? */
  isTableStale(database: string, table: string): boolean {
    const disposition = this.table(database, table);
    if (!disposition) return false;
    if (disposition.action !== 'move')
      return disposition.name !== undefined && foldName(disposition.name) !== foldName(table);
    return foldName(disposition.name) !== foldName(table);
  }
}
