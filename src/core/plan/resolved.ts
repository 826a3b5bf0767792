import type { Finding } from '../ports';

/**
 * A plan applied to an inventory: every pattern expanded, every legacy table given exactly one disposition, every target
 * with its DDL. The migration and the refactoring work on this value and never on the plan file.
 */
export interface ResolvedPlan {
  readonly name: string;
  readonly targets: readonly ResolvedTarget[];
  /** Every database of the inventory, and every one that only code names. */
  readonly databases: readonly ResolvedDatabase[];
  readonly compatibility: { readonly views: boolean; readonly symlinks: boolean };
  readonly checks: readonly {
    readonly name: string;
    readonly target: string;
    readonly sql: string;
    readonly expect: unknown;
  }[];
  readonly access: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** References the DDL does not declare: `target.table.column` to `target.table.column`. */
  readonly relations: readonly { readonly from: ColumnAddress; readonly to: ColumnAddress }[];
  readonly findings: readonly Finding[];
}

export interface ColumnAddress {
  readonly target: string;
  readonly table: string;
  readonly column: string;
}

/** PRAGMAs of a target, e.g. `{ journal_mode: 'WAL', synchronous: 'NORMAL', auto_vacuum: 'INCREMENTAL' }`. */
export type Profile = Readonly<Record<string, string | number>>;

export interface ResolvedTarget {
  readonly name: string;
  /** Workspace-relative, `/`; proven to lie inside the workspace. */
  readonly path: string;
  readonly purpose?: string;
  readonly profile: Profile;
  /** The legacy database that stands at `path` today, when the target takes its place. */
  readonly replaces?: string;
  /** Parents before children. */
  readonly tables: readonly ResolvedTable[];
  /** `CREATE VIEW` and `CREATE TRIGGER` statements, run after the rows, in order. */
  readonly after: readonly { readonly kind: 'view' | 'trigger'; readonly name: string; readonly sql: string }[];
  /** Compatibility views: a legacy table name in this target that stands for `table` (with the rows of `source` only, where merged). */
  readonly views: readonly {
    readonly name: string;
    readonly sql: string;
    readonly table: string;
    readonly source: { readonly database: string; readonly table: string };
    /** INSTEAD OF triggers, so that legacy code can still write through the view. */
    readonly triggers?: readonly { readonly name: string; readonly sql: string }[];
  }[];
  /** Triggers that take expired rows away (`ttl`), made last: nothing that the migration inserts may set them off. */
  readonly expiry?: readonly { readonly name: string; readonly sql: string }[];
  /** `INSERT` statements of the unified DDL, run after the rows: rows of legacy databases under the same key stay. */
  readonly defaults?: readonly { readonly table: string; readonly sql: string }[];
  readonly userVersion?: number;
  readonly applicationId?: number;
  /** Tables the consolidator keeps in the target itself, by name. */
  readonly bookkeeping?: { readonly version?: string; readonly metadata?: string };
}

export interface ResolvedTable {
  readonly name: string;
  readonly kind: 'table' | 'virtual';
  /** The `CREATE TABLE` statement under its new name. */
  readonly sql: string;
  /** `CREATE INDEX` statements, run after the rows. */
  readonly indexes: readonly { readonly name: string; readonly sql: string }[];
  /** Insertable columns of the table, in table order (generated columns left out). */
  readonly columns: readonly string[];
  readonly withoutRowid: boolean;
  readonly autoincrement: boolean;
  /** Rowids are kept though no column holds them: one source, and no INTEGER PRIMARY KEY. */
  readonly keepRowid?: boolean;
  /** Key columns in order; empty where the table declares none. */
  readonly primaryKey?: readonly string[];
  /** Is the key one INTEGER PRIMARY KEY column, which is the rowid itself? */
  readonly rowidAlias?: boolean;
  readonly foreignKeys?: readonly {
    readonly columns: readonly string[];
    readonly table: string;
    /** The parent's primary key where the declaration names no columns; empty when there is no such parent. */
    readonly references: readonly string[];
  }[];
  readonly purpose?: string;
  readonly domain?: string;
  /** Column with the time at which a row expires. */
  readonly ttl?: string;
  /** None: the table is created empty. */
  readonly sources: readonly ResolvedSource[];
}

export interface ResolvedSource {
  /** Path of the legacy database. */
  readonly database: string;
  readonly table: string;
  /** One entry for each column of the unified table that receives a value. */
  readonly columns: readonly ColumnMapping[];
  /** Legacy columns that are not taken along, each with the reason that the plan gives. */
  readonly dropped: readonly { readonly column: string; readonly reason: string }[];
  /** SQL condition on the legacy row. */
  readonly where?: string;
  /** Why the other rows are left behind. */
  readonly whereReason?: string;
  /** By unified column: the legacy table of the same database that its declared foreign key leads to. */
  readonly parents?: Readonly<Record<string, string>>;
  /**
   * `renumber`: every row gets a new value for the table's INTEGER PRIMARY KEY, also where this source gives none for it;
   * references of its own database follow.
   */
  readonly keys: 'keep' | 'renumber' | 'composite' | { readonly first: string } | { readonly last: string };
  readonly onReject: 'stop' | 'quarantine';
}

export type ColumnMapping =
  | { readonly kind: 'column'; readonly target: string; readonly source: string }
  | { readonly kind: 'sql'; readonly target: string; readonly sql: string }
  /** A discriminator or another fixed value. */
  | { readonly kind: 'constant'; readonly target: string; readonly value: string | number | null };

export type Action = 'merge' | 'keep' | 'retire' | 'rebuild';

export interface ResolvedDatabase {
  readonly path: string;
  readonly action: Action;
  /** Always given for keep and retire. */
  readonly reason?: string;
  /** Every table (views and shadow tables left out) with where it went. Empty for `keep` and `retire`. */
  readonly tables: readonly TableDisposition[];
}

export type TableDisposition =
  | {
      readonly table: string;
      readonly action: 'move';
      readonly target: string;
      readonly name: string;
      /** Legacy column to unified column, for those that were renamed. */
      readonly renamed: Readonly<Record<string, string>>;
      /** Values that tell this source's rows from those of others in the same table. */
      readonly discriminator: Readonly<Record<string, string | number>>;
    }
  | {
      readonly table: string;
      readonly action: 'retire' | 'rebuild' | 'skip-empty';
      readonly reason: string;
      /** Where a table that starts empty is created; also where a skipped one's namesake stands. */
      readonly target?: string;
      readonly name?: string;
    };
