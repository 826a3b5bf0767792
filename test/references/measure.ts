import { mergeAll } from '../core/references/support';
import { sourceFile } from '../../src/core/references/source-files';
import type { Reference, ReferencesResult } from '../../src/core/references/reference';
import { scanReferences } from '../../src/core/references/scan';
import { withWorkspace } from './corpus';
import type { CodeBase, Label } from './corpus';

/** How well the labels of one language were met. Counts. */
export interface Score {
  labels: number;
  /** Paths that are to be found, and those found as certain or likely. */
  paths: number;
  found: number;
  certain: number;
  /** References told as certain or likely and stale, and those of them that no label speaks of. */
  told: number;
  wrong: number;
  /** Tables in statements: all; right pair of database and table; reported as unknown; another pair told as if it were known. */
  tables: number;
  right: number;
  reported: number;
  silentlyWrong: number;
  negatives: number;
}

export interface Outcome {
  readonly scores: ReadonlyMap<string, Score>;
  /** What was not as labelled, a line each. */
  readonly failures: readonly string[];
  readonly result: ReferencesResult;
}

export const emptyScore = (): Score => ({
  labels: 0,
  paths: 0,
  found: 0,
  certain: 0,
  told: 0,
  wrong: 0,
  tables: 0,
  right: 0,
  reported: 0,
  silentlyWrong: 0,
  negatives: 0,
});

/** Searches a code base, with a plan that moves every table to another name, and holds what is found against its labels. */
export async function measureCodeBase(base: CodeBase): Promise<Outcome> {
  const result = await withWorkspace(base, (workspace) =>
    scanReferences({ workspace, databases: base.databases, plan: mergeAll(base.databases) }),
  );
  const scores = new Map<string, Score>();
  const scoreOf = (file: string): Score => {
    const language = sourceFile(file)?.language ?? 'none';
    let score = scores.get(language);
    if (!score) scores.set(language, (score = emptyScore()));
    return score;
  };
  const failures: string[] = [];
  const explained = new Set<Reference>();
  for (const label of base.labels) {
    const score = scoreOf(label.file);
    score.labels++;
    const here = result.references.filter((each) => each.file === label.file && covers(each, label.line));
    if (label.kind === 'nothing') score.negatives++;
    else if (label.kind === 'path') path(label, here, score);
    else table(label, here, score);
  }
  for (const reference of result.references) {
    // What prose says is told for people to read; nothing is rewritten by it.
    if (!reference.stale && reference.note !== 'there is no such file') continue;
    if (reference.role === 'documentation' && reference.language !== 'markdown') continue;
    if (reference.resolution === 'unknown') continue;
    const score = scoreOf(reference.file);
    score.told++;
    if (explained.has(reference)) continue;
    score.wrong++;
    if (reference.kind === 'table') score.silentlyWrong++;
    failures.push(`${base.name}: not labelled: ${shown(reference)}`);
  }
  return { scores, failures, result };

  function path(label: Label, here: readonly Reference[], score: Score): void {
    const same = here.filter((each) => each.kind === 'path' && each.database === label.database);
    for (const each of same) explained.add(each);
    if (label.isOpen) {
      const open = here.some((each) => each.resolution === 'unknown' || each.resolution === 'split');
      if (!open && same.length === 0) failures.push(`${base.name}: not reported: ${named(label)}`);
      return;
    }
    score.paths++;
    const known = same.filter((each) => each.resolution !== 'unknown');
    if (known.length > 0) score.found++;
    else failures.push(`${base.name}: not found: ${named(label)}; here: ${here.map(shown).join(' | ')}`);
    if (known.some((each) => each.resolution === 'certain')) score.certain++;
    const isAbsent = result.absentDatabases?.some((each) => each.path === label.database) ?? false;
    if (label.isAbsent && known.length > 0 && !isAbsent && known.some((each) => each.role !== 'documentation'))
      failures.push(`${base.name}: not among the absent: ${named(label)}`);
  }

  function table(label: Label, here: readonly Reference[], score: Score): void {
    const { table: name = '' } = label;
    const same = here.filter((each) => each.kind === 'table' && each.table?.toLowerCase() === name.toLowerCase());
    const right = same.filter((each) => each.database === label.database && each.resolution !== 'unknown');
    for (const each of right) explained.add(each);
    if (label.isOpen) {
      if (same.length === 0) failures.push(`${base.name}: not reported: ${named(label)}`);
      return;
    }
    score.tables++;
    if (right.length > 0) score.right++;
    else if (same.some((each) => each.resolution === 'unknown')) score.reported++;
    if (right.length === 0) failures.push(`${base.name}: table: ${named(label)}; here: ${same.map(shown).join(' | ')}`);
  }
}

const covers = (reference: Reference, line: number) => reference.line <= line && line <= reference.endLine;

const named = ({ file, line, database, table }: Label) => `${file}:${line} ${database}${table ? ` ${table}` : ''}`;

const shown = ({ file, line, column, kind, text, database, table, resolution, role, note }: Reference) =>
  `${file}:${line}:${column} ${kind} ${text.replace(/\s+/g, ' ')} → ${database}${table ? ` ${table}` : ''} ${resolution} ${role}${note ? ` (${note})` : ''}`;

/** Adds the counts of several scores. */
export function sumOf(scores: Iterable<Score>): Score {
  const sum = emptyScore();
  for (const score of scores) for (const key of Object.keys(sum) as (keyof Score)[]) sum[key] += score[key];
  return sum;
}
