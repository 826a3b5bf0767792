import path from 'node:path';
import { foldName } from '../plan/ddl-tokens';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import type { ResolvedPlan } from '../plan/resolved';
import { Analysis } from './analysis/analysis';
import type { ReferencesResult } from './reference';
import { TextCache, listSourceFiles } from './source-files';

export interface ScanReferencesOptions extends WorkOptions {
  /** Absolute path of the workspace folder. */
  readonly workspace: string;
  readonly databases: readonly { readonly path: string; readonly tables: readonly string[] }[];
  /** Unsaved editors: workspace-relative path to text. */
  readonly documents?: ReadonlyMap<string, string>;
  /** Globs, relative to the workspace. */
  readonly exclude?: readonly string[];
  readonly plan?: ResolvedPlan;
}

/** Texts stay from one scan to the next as long as the files do. */
const caches = new Map<string, TextCache>();

/**
 * Finds every place in the code, configuration and documents of a workspace that names a legacy database or one of its
 * tables. References are sorted by file and place; with a plan they say what has to change.
 * @throws ConsolidationError `CANCELLED`
 */
export async function scanReferences(options: ScanReferencesOptions): Promise<ReferencesResult> {
  const started = performance.now();
  const { workspace, signal, progress, documents = new Map<string, string>() } = options;
  const files = await listSourceFiles(workspace, { exclude: options.exclude, signal });
  let cache = caches.get(workspace);
  if (!cache) caches.set(workspace, (cache = new TextCache(workspace)));
  cache.retain(new Set(files.map((file) => file.path)));
  const texts = new Map<string, string>();
  for (let at = 0; at < files.length; at += 32) {
    throwIfCancelled(signal);
    progress?.({ phase: 'references', message: 'Reading files', done: at, total: files.length, unit: 'files' });
    const batch = files.slice(at, at + 32);
    const read = await Promise.all(batch.map((file) => documents.get(file.path) ?? cache.read(file.path)));
    read.forEach((text, index) => {
      if (text !== undefined) texts.set(batch[index]!.path, text);
    });
  }
  const analysis = new Analysis({
    workspace: workspace.split(path.sep).join('/'),
    files,
    texts,
    databases: new Map(options.databases.map((each) => [each.path, new Set(each.tables.map(foldName))])),
    plan: options.plan,
  });
  const found = await analysis.run({ signal, progress });
  return { version: 1, ...found, filesScanned: texts.size, milliseconds: Math.round(performance.now() - started) };
}
