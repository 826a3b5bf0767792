import type { ErrorValue } from './errors';
import type { Finding } from './ports';
import type { TextEdit } from './references/reference';
import type { ResolvedPlan } from './plan/resolved';
import type { SettledFinding } from './plan/settle';

/** What the verbs return: plain, JSON-safe values; the same in `--json`, in the worker's answers and in the views. */

export interface DraftResult {
  readonly version: 1;
  readonly ok: boolean;
  /** Where the plan is (to be) written, relative to the workspace. */
  readonly planFile: string;
  /** The plan with comments. */
  readonly text: string;
  readonly written: boolean;
  readonly findings: readonly Finding[];
  /** Conflicts that were settled on request, how, and why. */
  readonly settled: readonly SettledFinding[];
}

export interface CheckResult {
  readonly version: 1;
  /** No finding of severity `error`. */
  readonly ok: boolean;
  readonly planFile: string;
  readonly findings: readonly Finding[];
  /** Absent when the plan file could not be read. */
  readonly resolved?: ResolvedPlan;
  /** Why it could not be read; `findings` has each place. */
  readonly error?: ErrorValue;
}

/** What `export` made. */
export interface ExportResult {
  readonly version: 1;
  /** The plan has no conflict; documents of one that has are made all the same, as far as it goes. */
  readonly ok: boolean;
  readonly planFile: string;
  readonly kind: string;
  readonly format: string;
  readonly documents: readonly {
    /** The name it has by itself. */
    readonly file: string;
    readonly bytes: number;
    /** Absent for a picture in bytes. */
    readonly text?: string;
    readonly base64?: string;
  }[];
  /** Workspace-relative paths; empty when no output was named. */
  readonly written: readonly string[];
  readonly findings: readonly Finding[];
}

/** What `import` made of the plan. */
export interface ImportResult {
  readonly version: 1;
  /** No finding of severity `error`. */
  readonly ok: boolean;
  readonly planFile: string;
  /** The file that was read. */
  readonly file: string;
  /** The plan as it is with the mapping. */
  readonly text: string;
  /** Does it differ from what was there? */
  readonly changed: boolean;
  readonly written: boolean;
  readonly findings: readonly Finding[];
}

export type MigrationMode = 'full' | 'dry-run' | 'backup-only' | 'verify-only';

export interface MigrateResult {
  readonly version: 1;
  /** `migration_YYYYMMDD_HHMMSS`; empty for a dry run and when nothing was to do. */
  readonly run: string;
  readonly status: 'published' | 'dry-run' | 'backed-up' | 'verified' | 'failed' | 'unchanged';
  readonly targets: readonly TargetResult[];
  readonly databases: readonly DatabaseResult[];
  readonly rejected: readonly RejectedRows[];
  readonly warnings: readonly Finding[];
  readonly verification: Verification;
  /** The steps in the order of their execution, as the dry run prints them. */
  readonly steps: readonly StepSummary[];
  /** Bytes the run has to have free: snapshot and targets. */
  readonly bytesNeeded: number;
  /** How long the run will take, roughly; given for a dry run. */
  readonly estimatedSeconds?: number;
  /** How long each phase took, in order; absent for a dry run. */
  readonly phases?: readonly { readonly phase: string; readonly milliseconds: number }[];
  readonly milliseconds: number;
  /** Relative to the workspace; absent for a dry run. */
  readonly reportFile?: string;
  readonly backup?: string;
  readonly error?: ErrorValue;
}

export interface TargetResult {
  readonly name: string;
  readonly path: string;
  /** Size of the staged file; an estimate in a dry run. */
  readonly bytes: number;
  readonly sha256?: string;
  readonly tables: readonly TableResult[];
}

export interface TableResult {
  readonly name: string;
  readonly rows: number;
  readonly strategy: 'graft' | 'sql' | 'fts';
  /** The target adds rows of its own, which `rows` does not count: defaults of the unified DDL, its version, its documentation. */
  readonly defaultRows?: true;
  readonly sources: readonly {
    readonly database: string;
    readonly table: string;
    readonly rows: number;
    readonly digest?: string;
  }[];
}

/** What became of one legacy database. */
export interface DatabaseResult {
  readonly path: string;
  readonly action: 'merge' | 'keep' | 'retire' | 'rebuild';
  readonly reason?: string;
  readonly bytes: number;
  /** Rows, each accounted for in exactly one of the dispositions. */
  readonly rows: {
    readonly total: number;
    readonly moved: number;
    /** Gave way to a row with the same key in another source, as the key policy says. */
    readonly superseded: number;
    readonly retired: number;
    readonly rejected: number;
  };
  /** Frames of the `-wal` that were replayed. */
  readonly walFrames: number;
  /** The same for each of its tables; empty for a database that is kept. The figures of `rows` are their sums. */
  readonly tables: readonly TableFate[];
}

/** What became of the rows of one legacy table: `moved + superseded + leftOut + rejected + retired` is `rows`. */
export interface TableFate {
  readonly table: string;
  readonly action: 'move' | 'retire' | 'rebuild' | 'skip-empty';
  /** `target.table`. */
  readonly to?: string;
  readonly rows: number;
  readonly moved: number;
  /** Gave way to a row with the same key in another source. */
  readonly superseded: number;
  /** By the row filter (`where`) of the plan. */
  readonly leftOut: number;
  /** In quarantine. */
  readonly rejected: number;
  readonly retired: number;
  /** What was added to every id, where rows got new ones: a 64-bit integer as text. */
  readonly idsPlus?: string;
  /** Why rows were retired or left out, as the plan says. */
  readonly reason?: string;
  readonly dropped: readonly { readonly column: string; readonly reason: string }[];
}

export interface RejectedRows {
  readonly database: string;
  readonly table: string;
  readonly target: string;
  readonly rows: number;
  readonly reason: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly checks: readonly VerificationCheck[];
}

export interface VerificationCheck {
  /** E.g. `roadmap.notification_user: rows from data/notifications.db`. */
  readonly name: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly actual: string;
  readonly target?: string;
  readonly table?: string;
  /** Where the check is about the rows of one source alone. */
  readonly source?: { readonly database: string; readonly table: string };
  /** Of the rows that were compared and are the same (docs/digest.md). */
  readonly digest?: string;
  /** The rows that differ, up to 20 of them, where a comparison of rows failed. */
  readonly differences?: readonly RowDifference[];
}

/** A row that only one side of a comparison has. */
export interface RowDifference {
  /** `missing`: the legacy databases give it and the target lacks it. */
  readonly kind: 'missing' | 'unexpected';
  /** How many times. */
  readonly rows: number;
  /** Unified column to value, as an SQL literal; long values are cut. */
  readonly values: Readonly<Record<string, string>>;
}

export interface StepSummary {
  readonly kind: string;
  /** One line for people: `copy 1,204 rows  data/notifications.db notifications → roadmap.notification_user`. */
  readonly text: string;
  readonly sql?: string;
  readonly rows?: number;
  readonly bytes?: number;
}

export interface VerifyResult {
  readonly version: 1;
  readonly ok: boolean;
  readonly run: string;
  readonly verification: Verification;
}

export interface RollbackResult {
  readonly version: 1;
  readonly ok: boolean;
  readonly run: string;
  readonly removed: readonly string[];
  readonly restored: readonly string[];
  /** Copies of targets that had been written since they were published. */
  readonly keptAside: readonly string[];
  /** Legacy databases that were written after the backup: left as they are. */
  readonly changed: readonly string[];
  /** Refactored files: those returned to what they were, and those left alone because they were edited since. */
  readonly code?: { readonly returned: readonly string[]; readonly edited: readonly string[] };
}

export interface RunSummary {
  readonly run: string;
  readonly state: 'published' | 'rolled-back' | 'failed' | 'interrupted' | 'backed-up';
  /** ISO 8601. */
  readonly started: string;
  readonly targets: readonly string[];
  readonly rows: number;
  readonly reportFile?: string;
}

export interface StatusResult {
  readonly version: 1;
  readonly ok: boolean;
  readonly workspace: string;
  /** `error`: the plan is there and cannot be read; references are not known then. */
  readonly plan: { readonly file: string; readonly exists: boolean; readonly error?: ErrorValue };
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  readonly targets: readonly {
    readonly name: string;
    readonly path: string;
    readonly state: 'absent' | 'published' | 'changed';
  }[];
  readonly databases: readonly {
    readonly path: string;
    readonly action: string;
    readonly state: 'unchanged' | 'changed-since-migration' | 'missing' | 'present';
  }[];
  readonly staleReferences: number;
  /** What to do next, one sentence. */
  readonly next: string;
}

export interface RefactorResult {
  readonly version: 1;
  /** No stale reference is left (after writing, when asked to write). */
  readonly ok: boolean;
  readonly written: boolean;
  readonly files: readonly { readonly file: string; readonly edits: number; readonly created: boolean }[];
  readonly edits: readonly TextEdit[];
  /** Unified diff of all edits. */
  readonly patch: string;
  /** Stale references without a certain fix. */
  readonly left: readonly {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly database: string;
    readonly table?: string;
    readonly note: string;
  }[];
}
