import path from 'node:path';
import { foldName } from '../sqlite/sql-tokens';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import type { ResolvedPlan } from '../plan/resolved';
import { Analysis } from './analysis/analysis';
import type { Module } from './evaluation/project';
import type { ReferencesResult } from './reference';
import { TextCache, listSourceFiles } from './source-files';
import type { SourceFile } from './source-files';

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

/** What stays from one scan of a workspace to the next: texts, syntax and answers of unchanged files. */
interface Memory {
  readonly cache: TextCache;
  readonly modules: Map<string, Module>;
  /** One scan at a time: they share what is remembered. */
  busy?: Promise<unknown>;
  /** As long as the files and the databases are the same ones. */
  analysis?: { readonly of: Analysis; readonly files: readonly SourceFile[]; readonly databases: string };
  last?: { readonly question: string; readonly texts: ReadonlyMap<string, string>; readonly result: ReferencesResult };
}

const memories = new Map<string, Memory>();
const MOST_WORKSPACES = 8;

function memoryOf(workspace: string): Memory {
  const known = memories.get(workspace);
  if (known) return known;
  const made: Memory = { cache: new TextCache(workspace), modules: new Map() };
  memories.set(workspace, made);
  for (const oldest of memories.keys()) {
    if (memories.size <= MOST_WORKSPACES) break;
    memories.delete(oldest);
  }
  return made;
}

/** Forgets what earlier scans of a workspace found, so that the next one begins from nothing. */
export function forgetScans(workspace: string): void {
  memories.delete(workspace);
}

function analysisOf(memory: Memory, files: readonly SourceFile[], options: ScanReferencesOptions): Analysis {
  const databases = JSON.stringify(options.databases);
  const known = memory.analysis;
  if (known?.databases === databases && sameFiles(known.files, files)) return known.of;
  const present = new Set(files.map((file) => file.path));
  for (const file of memory.modules.keys()) if (!present.has(file)) memory.modules.delete(file);
  const made = new Analysis({
    workspace: options.workspace.split(path.sep).join('/'),
    files,
    databases: new Map(options.databases.map((each) => [each.path, new Set(each.tables.map(foldName))])),
    modules: memory.modules,
  });
  memory.analysis = { of: made, files, databases };
  return made;
}

function sameFiles(one: readonly SourceFile[], other: readonly SourceFile[]): boolean {
  return one.length === other.length && one.every((file, index) => file.path === other[index]!.path);
}

/** Unchanged files have the very same strings, so that comparing them costs nothing. */
function sameTexts(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  if (one.size !== other.size) return false;
  for (const [file, text] of one) if (other.get(file) !== text) return false;
  return true;
}

/**
 * Finds every place in the code, configuration and documents of a workspace that names a legacy database or one of its
 * tables. References are sorted by file and place; with a plan they say what has to change.
 * @throws ConsolidationError `CANCELLED`
 */
export async function scanReferences(options: ScanReferencesOptions): Promise<ReferencesResult> {
  const memory = memoryOf(options.workspace);
  const before = memory.busy;
  const scan = (async () => {
    await before;
    return scanNow(memory, options);
  })();
  memory.busy = scan.then(
    () => undefined,
    () => undefined,
  );
  return scan;
}

async function scanNow(memory: Memory, options: ScanReferencesOptions): Promise<ReferencesResult> {
  const started = performance.now();
  const { workspace, signal, progress, documents = new Map<string, string>() } = options;
  const files = await listSourceFiles(workspace, { exclude: options.exclude, signal });
  const { cache } = memory;
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
  const question = JSON.stringify([options.databases, options.plan]);
  const { last } = memory;
  if (last?.question === question && sameTexts(last.texts, texts))
    return { ...last.result, milliseconds: Math.round(performance.now() - started) };
  const found = await analysisOf(memory, files, options).run(texts, options.plan, { signal, progress });
  const milliseconds = Math.round(performance.now() - started);
  const result: ReferencesResult = { version: 1, ...found, filesScanned: texts.size, milliseconds };
  memory.last = { question, texts, result };
  return result;
}
