import * as vscode from 'vscode';
import type { Role } from '../core/references/reference';

/** Settings `sqliteConsolidator.*` as they are for one workspace folder. */
export interface Settings {
  /** Path of the plan file, relative to the folder. */
  readonly planFile: string;
  /** Globs of files and folders that are neither scanned for databases nor for references. */
  readonly exclude: readonly string[];
  /** Globs with what the files are for, where it is not what their names say. */
  readonly roles: Readonly<Record<string, Role>>;
  readonly diagnostics: boolean;
  /** Milliseconds of quiet after an edit before references are analysed again. */
  readonly analysisDelay: number;
}

export const section = 'sqliteConsolidator';

export function readSettings(scope?: vscode.ConfigurationScope): Settings {
  const configuration = vscode.workspace.getConfiguration(section, scope);
  return {
    planFile: configuration.get('planFile', 'consolidation.jsonc').trim() || 'consolidation.jsonc',
    exclude: configuration.get<string[]>('exclude', []),
    // What VS Code hands out is a proxy, which no message to a worker can hold.
    roles: { ...configuration.get<Record<string, Role>>('references.roles', {}) },
    diagnostics: configuration.get('diagnostics.enabled', true),
    analysisDelay: Math.max(50, configuration.get('diagnostics.delay', 250)),
  };
}
