import * as vscode from 'vscode';

/** Settings `sqliteConsolidator.*` as they are for one workspace folder. */
export interface Settings {
  /** Path of the plan file, relative to the folder. */
  readonly planFile: string;
  /** Globs of files and folders that are neither scanned for databases nor for references. */
  readonly exclude: readonly string[];
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
    diagnostics: configuration.get('diagnostics.enabled', true),
    analysisDelay: Math.max(50, configuration.get('diagnostics.delay', 250)),
  };
}
