import { Candidates, mayMatter } from '../analysis/candidates';
import { LONGEST_WHOLE } from '../text/longest';
import { calledNames } from '../text/called-names';
import { declaringLanguage } from '../text/declarations';
import { readFiles } from './read-files';
import type { ReadFile } from './read-files';

/** What is read in another thread. It survives a structured clone. */
export interface ReadTaskInput {
  readonly workspace: string;
  readonly files: readonly { readonly path: string; readonly isCode: boolean }[];
  /** Legacy databases with the folded names of their tables. */
  readonly databases: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface ReadTaskResult {
  /** In the order in which they were asked for; undefined for those that cannot be read. */
  readonly files: readonly (ReadFile | undefined)[];
  /** Whether files are worth parsing, where `mayMatter` alone does not tell it. */
  readonly areCandidates: ReadonlyMap<string, boolean>;
}

/** Reads files, and says which of them are worth parsing. */
export function readAndJudge({ workspace, files, databases }: ReadTaskInput): ReadTaskResult {
  const candidates = new Candidates({ files: [], databases });
  const areCandidates = new Map<string, boolean>();
  const code = new Set(files.flatMap(({ path, isCode }) => (isCode ? [path] : [])));
  const leave = (path: string, text: string) => {
    if (!code.has(path) || text.length > LONGEST_WHOLE) return undefined;
    const isDull = !mayMatter(text);
    const isCandidate = candidates.isCandidate(text, isDull);
    if (!isDull || candidates.hasOtherNames) areCandidates.set(path, isCandidate);
    return isDull && !isCandidate && declaringLanguage(path) === undefined ? calledNames(text) : undefined;
  };
  const paths = files.map(({ path }) => path);
  return { files: readFiles(workspace, paths, leave), areCandidates };
}
