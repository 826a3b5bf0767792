import type { WorkOptions } from './ports';
import type { Inventory } from './inventory/inventory';
import type { ReferencesResult } from './references/reference';
import type {
  CheckResult,
  DraftResult,
  MigrateResult,
  MigrationMode,
  RefactorResult,
  RollbackResult,
  StatusResult,
  VerifyResult,
} from './results';

/** What every verb is given: where, and with which plan. */
export interface PipelineOptions extends WorkOptions {
  /** Absolute path of the workspace folder. */
  readonly workspace: string;
  /** Path of the plan file, relative to the workspace. Default: `consolidation.jsonc`. */
  readonly plan?: string;
  readonly jobs?: number;
  /** Globs, relative to the workspace, of what is neither scanned for databases nor for references. */
  readonly exclude?: readonly string[];
  /** Unsaved text of open editors: workspace-relative path to text. */
  readonly documents?: Readonly<Record<string, string>>;
}

export interface DraftOptions {
  /** One target at this path. */
  readonly into?: string;
  /** Names of several targets. */
  readonly targets?: readonly string[];
  readonly prefix?: string;
  readonly name?: string;
  /** Overwrite an existing plan file. */
  readonly force?: boolean;
  /** Compute the text without writing it. */
  readonly dryRun?: boolean;
}

/** The verbs of the product, composed from the stages. The command line and the worker call these and nothing else. */
export interface Pipeline {
  scan(options: PipelineOptions): Promise<Inventory>;
  draft(options: PipelineOptions & DraftOptions): Promise<DraftResult>;
  check(options: PipelineOptions): Promise<CheckResult>;
  migrate(options: PipelineOptions & { mode: MigrationMode }): Promise<MigrateResult>;
  verify(options: PipelineOptions & { run?: string }): Promise<VerifyResult>;
  rollback(options: PipelineOptions & { run?: string; keepCopy?: boolean }): Promise<RollbackResult>;
  status(options: PipelineOptions): Promise<StatusResult>;
  references(options: PipelineOptions): Promise<ReferencesResult>;
  refactor(options: PipelineOptions & { write: boolean; files?: readonly string[] }): Promise<RefactorResult>;
}
