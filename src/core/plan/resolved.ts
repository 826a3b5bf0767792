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
  }[];
  readonly userVersion?: number;
  readonly applicationId?: number;
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
  /** Every table (views and shadow tables left out) with where it went. Empty unless `action` is `merge`. */
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
  | { readonly table: string; readonly action: 'retire' | 'rebuild' | 'skip-empty'; readonly reason: string };
