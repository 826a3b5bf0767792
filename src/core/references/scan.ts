import path from 'node:path';
import { foldName } from '../sqlite/sql-tokens';
import { setNewest } from '../maps';
import { loadGrammar } from './languages/language';
import { jsonOf } from '../same';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import type { ResolvedPlan } from '../plan/resolved';
import { Analysis } from './analysis/analysis';
import type { ChangedFiles } from './analysis/analysis';
import type { Module } from './evaluation/project';
import type { Reference, ReferencesResult, Role } from './reference';
import { sameWhereEqual } from './same-references';
import { MANY_FILES, ReadingThread } from './reading/reading-thread';
import { readTexts } from './reading/read-texts';
import { SourceText, Texts } from './reading/source-text';
import { TextCache } from './reading/text-cache';
import { isLeftOut, isNamedLikeProgram, listSourceFiles, programFile, sourceFile } from './source-files';
import type { ListOptions, SourceFile } from './source-files';

export interface ScanReferencesOptions extends WorkOptions {
  /** Absolute path of the workspace folder. */
  readonly workspace: string;
  readonly databases: readonly { readonly path: string; readonly tables: readonly string[] }[];
  /** Unsaved editors: workspace-relative path to text. */
  readonly documents?: ReadonlyMap<string, string>;
  /** Globs, relative to the workspace. */
  readonly exclude?: readonly string[];
  readonly plan?: ResolvedPlan;
  /** What files are for, where a person says so: globs, relative to the workspace, with roles. The last match counts. */
  readonly roles?: Readonly<Record<string, Role>>;
  /**
   * Workspace-relative files that may have changed, came or went since the last scan of the workspace: no other file is
   * looked at again. `documents` need not be among them. Without it the whole tree is.
   */
  readonly changed?: readonly string[];
  /** Told of the first scan of a workspace what it found so far, again and again; the result may know better. */
  readonly onFound?: (found: ReferencesResult) => void;
}

/** The files of a workspace when it was last listed. */
interface Listed {
  readonly files: readonly SourceFile[];
  readonly paths: ReadonlySet<string>;
  readonly exclude: string;
}

/** What stays from one scan of a workspace to the next. */
interface Memory {
  readonly cache: TextCache;
  /** One scan at a time: they share what is remembered. */
  busy?: Promise<unknown>;
  /** Every text of the workspace that can be read, as the last scan had it. */
  readonly texts: Texts;
  listed?: Listed;
  /** Editors that were unsaved at the last scan. */
  documents: ReadonlySet<string>;
  /** By the databases that were searched for, the last one at the end. */
  readonly searches: Map<string, Search>;
}

/** What stays from one search for the same databases to the next: syntax and answers of unchanged files. */
interface Search {
  readonly modules: Map<string, Module>;
  /** As long as the files are the same ones. */
  analysis?: { readonly of: Analysis; readonly files: readonly SourceFile[] };
  /** Files that changed since the last answer. */
  readonly unread: Set<string>;
  last?: { readonly question: string; readonly result: ReferencesResult };
}

const memories = new Map<string, Memory>();
const MOST_WORKSPACES = 8;
/** With the databases that only code names, and without them: what the code says of these is asked first. */
const MOST_SEARCHES = 2;

function memoryOf(workspace: string): Memory {
  const known = memories.get(workspace);
  if (known) return known;
  const made: Memory = {
    cache: new TextCache(workspace),
    texts: new Texts(),
    documents: new Set(),
    searches: new Map(),
  };
  setNewest(memories, workspace, made, MOST_WORKSPACES);
  return made;
}

/** Forgets what earlier scans of a workspace found, so that the next one begins from nothing. */
export function forgetScans(workspace: string): void {
  memories.delete(workspace);
}

function searchOf({ searches }: Memory, databases: ScanReferencesOptions['databases']): Search {
  const key = JSON.stringify(databases);
  const found: Search = searches.get(key) ?? {
    // Syntax is the same whatever is searched for.
    modules: new Map([...searches.values()].at(-1)?.modules),
    unread: new Set(),
  };
  setNewest(searches, key, found, MOST_SEARCHES);
  return found;
}

function analysisOf(search: Search, files: readonly SourceFile[], options: ScanReferencesOptions): Analysis {
  const known = search.analysis;
  if (known && sameFiles(known.files, files)) return known.of;
  const present = new Set(files.map((file) => file.path));
  for (const file of search.modules.keys()) if (!present.has(file)) search.modules.delete(file);
  const made = new Analysis({
    workspace: options.workspace.split(path.sep).join('/'),
    files,
    databases: foldedNames(options.databases),
    modules: search.modules,
  });
  search.analysis = { of: made, files };
  return made;
}

/** Databases with the folded names of their tables. */
function foldedNames(databases: ScanReferencesOptions['databases']): Map<string, Set<string>> {
  return new Map(databases.map(({ path, tables }) => [path, new Set(tables.map(foldName))]));
}

function sameFiles(one: readonly SourceFile[], other: readonly SourceFile[]): boolean {
  if (one === other) return true;
  return (
    one.length === other.length &&
    one.every(({ path, language }, index) => path === other[index]!.path && language === other[index]!.language)
  );
}

/** What a scan found, and every text as it had it: another scan of the workspace may begin at once. */
export interface Scanned {
  readonly found: ReferencesResult;
  readonly texts: Texts;
}

/**
 * Finds every place in the code, configuration and documents of a workspace that names a legacy database or one of its
 * tables. References are sorted by file and place; with a plan they say what has to change.
 * @throws ConsolidationError `CANCELLED`
 */
export async function scanReferences(options: ScanReferencesOptions): Promise<ReferencesResult> {
  return inTurn(options, (memory) => scanNow(memory, options));
}

/** The same with the texts. @throws ConsolidationError `CANCELLED` */
export async function scanWithTexts(options: ScanReferencesOptions): Promise<Scanned> {
  return inTurn(options, async (memory) => {
    const found = await scanNow(memory, options);
    return { found, texts: new Texts(memory.texts) };
  });
}

/** One scan of a workspace after the other: they share what is remembered. */
async function inTurn<T>({ workspace }: ScanReferencesOptions, work: (memory: Memory) => Promise<T>): Promise<T> {
  const memory = memoryOf(workspace);
  const before = memory.busy;
  const scan = (async () => {
    await before;
    return work(memory);
  })();
  memory.busy = scan.then(
    () => undefined,
    () => undefined,
  );
  return scan;
}

async function scanNow(memory: Memory, options: ScanReferencesOptions): Promise<ReferencesResult> {
  const started = performance.now();
  throwIfCancelled(options.signal);
  const known = await readChanged(memory, options);
  let thread: ReadingThread | undefined;
  // It starts while files are still being listed.
  const onMany = { files: MANY_FILES, tell: () => (thread = ReadingThread.start(options)) };
  try {
    const listed = known ?? (await list(memory, options, memory.cache.isEmpty ? onMany : undefined));
    // A search that did not come to its end may have missed what changed since.
    const reading = known ? [{ files: known.paths }] : read(memory, listed, thread, options);
    const found = await searchListed(memory, listed, reading, options, started);
    return { ...found, milliseconds: Math.round(performance.now() - started) };
  } finally {
    thread?.close();
  }
}

/** @param started when the scan began, in milliseconds */
async function searchListed(
  memory: Memory,
  listed: Listed,
  reading: Iterable<ChangedFiles> | AsyncIterable<ChangedFiles>,
  options: ScanReferencesOptions,
  started: number,
): Promise<ReferencesResult> {
  const { signal, progress, plan, roles, onFound } = options;
  const { texts } = memory;
  const search = searchOf(memory, options.databases);
  const { last, unread } = search;
  // The first search begins while files are still being read.
  if (last) for await (const _ of reading);
  const question = jsonOf(plan) + JSON.stringify(roles);
  if (last?.question === question && unread.size === 0) return last.result;
  const tell = (references: readonly Reference[]) =>
    onFound?.({
      version: 1,
      references,
      filesScanned: texts.size,
      milliseconds: Math.round(performance.now() - started),
    });
  const found = await analysisOf(search, listed.files, options).run(
    {
      texts,
      changed: last ? [{ files: unread }] : reading,
      plan,
      roles,
      ...(onFound && !last ? { onFound: tell } : {}),
    },
    { signal, progress },
  );
  const { skipped } = memory.cache;
  const { searchedInPart, ...rest } = found;
  const result: ReferencesResult = {
    version: 1,
    ...rest,
    ...(searchedInPart.length > 0 ? { searchedInPart } : {}),
    references: last ? sameWhereEqual(last.result.references, found.references) : found.references,
    filesScanned: texts.size,
    ...(skipped.length > 0 ? { skipped } : {}),
    milliseconds: Math.round(performance.now() - started),
  };
  search.last = { question, result };
  unread.clear();
  return result;
}

/** Reads what the caller says has changed; undefined where the tree has to be listed, because a file came or went. */
async function readChanged(memory: Memory, options: ScanReferencesOptions): Promise<Listed | undefined> {
  const { documents = new Map<string, string>(), exclude } = options;
  const { listed, cache } = memory;
  if (!options.changed || !listed || listed.exclude !== JSON.stringify(exclude)) return undefined;
  // An editor that was closed without saving: what the file says counts again.
  for (const file of new Set([...options.changed, ...documents.keys(), ...memory.documents])) {
    const isListed = listed.paths.has(file);
    if (isNamedLikeProgram(file) && (isListed || !isLeftOut(file, exclude))) {
      // Another first line makes another language of it.
      const now = programFile(options.workspace, file, documents.get(file));
      if (now?.language !== listed.files.find(({ path }) => path === file)?.language) return undefined;
    }
    if (!isListed && (documents.has(file) || !sourceFile(file))) continue;
    const text = documentText(documents, file) ?? cache.read(file);
    if (isListed !== (text !== undefined)) return undefined;
    note(memory, file, text);
  }
  memory.documents = new Set(documents.keys());
  return listed;
}

/** The files of a workspace as they are now; no text of them is read. */
async function list(memory: Memory, options: ScanReferencesOptions, onMany?: ListOptions['onMany']): Promise<Listed> {
  const { workspace, signal, exclude, documents = new Map<string, string>() } = options;
  const before = memory.listed?.paths;
  memory.listed = undefined;
  const files = await listSourceFiles(workspace, { exclude, signal, documents, onMany });
  const paths = new Set(files.map((file) => file.path));
  memory.cache.retain(paths);
  // That a file is there counts, even if it cannot be read.
  for (const file of paths) if (!before?.has(file)) noteChanged(memory, file);
  for (const file of [...(before ?? []), ...memory.texts.keys()])
    if (!paths.has(file)) {
      noteChanged(memory, file);
      note(memory, file, undefined);
    }
  return { files, paths, exclude: JSON.stringify(exclude) };
}

function documentText(documents: ReadonlyMap<string, string>, file: string): SourceText | undefined {
  const text = documents.get(file);
  return text === undefined ? undefined : SourceText.of(text);
}

/** Notes the texts of all files as they are read. */
async function* read(
  memory: Memory,
  listed: Listed,
  thread: ReadingThread | undefined,
  options: ScanReferencesOptions,
): AsyncGenerator<ChangedFiles> {
  const { workspace, documents = new Map<string, string>() } = options;
  for (const file of documents.keys()) if (listed.paths.has(file)) note(memory, file, documentText(documents, file));
  yield { files: documents.keys() };
  const files = documents.size === 0 ? listed.files : listed.files.filter(({ path: file }) => !documents.has(file));
  const input = { workspace, databases: foldedNames(options.databases) };
  // Until the first of them are read there is nothing else to do.
  if (thread) for (const language of mostUsed(files)) loadGrammar(language);
  for await (const { texts, areCandidates } of readTexts(files, memory.cache, thread, input, options)) {
    for (const [file, text] of texts) note(memory, file, text);
    yield { files: texts.keys(), areCandidates };
  }
  memory.documents = new Set(documents.keys());
  memory.listed = listed;
}

/** The languages of most code files. */
function mostUsed(files: readonly SourceFile[]): string[] {
  const counts = new Map<string, number>();
  for (const { isCode, language } of files) if (isCode) counts.set(language, (counts.get(language) ?? 0) + 1);
  return [...counts]
    .sort((one, other) => other[1] - one[1])
    .slice(0, 2)
    .map(([language]) => language);
}

/** Unchanged files have the very same text, so that comparing them costs nothing. */
function note(memory: Memory, file: string, text: SourceText | undefined): void {
  if (memory.texts.set(file, text)) noteChanged(memory, file);
}

function noteChanged({ searches }: Memory, file: string): void {
  // One without a result asks for all files.
  for (const { last, unread } of searches.values()) if (last) unread.add(file);
}
