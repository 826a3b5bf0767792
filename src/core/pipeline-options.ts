import type { WorkOptions } from './ports';

/** What every verb is given: where, and with which plan. */
export interface PipelineOptions extends WorkOptions {
  /** Absolute path of the workspace folder. */
  readonly workspace: string;
  /** Path of the plan file, relative to the workspace. Default: `consolidation.jsonc`. */
  readonly plan?: string;
  readonly jobs?: number;
  /** Globs, relative to the workspace, of what is neither scanned for databases nor for references. */
  readonly exclude?: readonly string[];
  /** Absolute path of a folder outside the workspace where the inventory is remembered; without it nothing is. */
  readonly cacheDirectory?: string;
  /** Unsaved text of open editors: workspace-relative path to text. */
  readonly documents?: Readonly<Record<string, string>>;
}
