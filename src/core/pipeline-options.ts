import type { WorkOptions } from './ports';
import type { Role } from './references/reference';

/** What every verb is given: where, and with which plan. */
export interface PipelineOptions extends WorkOptions {
  /** Absolute path of the workspace folder. */
  readonly workspace: string;
  /** Path of the plan file, relative to the workspace. Default: `consolidation.jsonc`. */
  readonly plan?: string;
  readonly jobs?: number;
  /** Globs, relative to the workspace, of what is neither scanned for databases nor for references. */
  readonly exclude?: readonly string[];
  /** What files are for where it is not what their names say: globs, relative to the workspace, with roles. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** Absolute path of a folder outside the workspace where the inventory is remembered; without it nothing is. */
  readonly cacheDirectory?: string;
  /** Unsaved text of open editors: workspace-relative path to text. */
  readonly documents?: Readonly<Record<string, string>>;
  /**
   * Files that changed, came or went since the last call of the same workspace, relative to it. Nothing else is looked at
   * again, neither databases nor the plan. Without it everything is.
   */
  readonly changed?: readonly string[];
}
