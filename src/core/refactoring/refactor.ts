import type { ResolvedPlan } from '../plan/resolved';
import { groupByFile } from '../references/by-file';
import type { Reference, ReferencesResult, TextEdit } from '../references/reference';
import type { RefactorResult } from '../results';
import { accessLayerChanges, wholeFile } from './access-layer-files';
import { unifiedDiff } from './diff';
import { applyEdits, compareEdits } from './edits';
import { Fixes } from './fixes';
import type { FileFixes } from './file-fixes';
import type { CodeFiles } from './outcome';

type Left = RefactorResult['left'][number];

/**
 * All certain fixes of these references together, the access layer they call, and what is left for a person. Nothing is
 * written: `writeEdits` carries the result out.
 * @param references all of them, as the scan gives them: whether a path may change depends on queries elsewhere.
 * @param only files to change; default: all.
 */
export function planRefactoring(
  references: ReferencesResult,
  plan: ResolvedPlan,
  workspace: CodeFiles,
  only?: ReadonlySet<string>,
): RefactorResult {
  const stale = references.references.filter((reference) => reference.stale && (only?.has(reference.file) ?? true));
  const fixes = new Fixes(plan, workspace, references.references);
  const edits: TextEdit[] = [];
  const left: Left[] = [];
  const files: { file: string; edits: number; created: boolean }[] = [];
  const patches: string[] = [];
  const called = new Set<string>();

  for (const [file, group] of groupByFile(stale)) {
    const opened = fixes.open(file);
    if ('problem' in opened) {
      left.push(...group.map((reference) => leftOver(reference, opened.problem)));
      continue;
    }
    const active = group.filter((reference) => !opened.isIgnored(reference));
    const done = fixFile(opened, active, left);
    if (done.edits.length === 0) continue;
    edits.push(...done.edits);
    files.push({ file, edits: done.edits.length, created: false });
    patches.push(unifiedDiff(file, opened.text, done.text));
    for (const reference of active) {
      const outcome = opened.judge(reference);
      if (outcome.kind === 'fix' && outcome.needs.length > 0) called.add(reference.language);
    }
  }

  for (const change of accessLayerChanges(plan, fixes, workspace, called).changes) {
    edits.push(wholeFile(change));
    files.push({ file: change.path, edits: 1, created: change.before === undefined });
    patches.push(unifiedDiff(change.path, change.before, change.text));
  }
  return {
    version: 1,
    ok: edits.length === 0 && left.length === 0,
    written: false,
    files: files.sort((a, b) => (a.file < b.file ? -1 : 1)),
    edits: edits.sort(compareEdits),
    patch: patches.sort().join(''),
    left,
  };
}

/** The edits of one file; fixes that would leave code that does not parse are left out, with the reason. */
function fixFile(
  opened: FileFixes,
  references: readonly Reference[],
  left: Left[],
): { edits: readonly TextEdit[]; text: string } {
  const fixable = references.filter((reference) => {
    const outcome = opened.judge(reference);
    if (outcome.kind === 'none') left.push(leftOver(reference, reference.note ?? outcome.reason));
    return outcome.kind === 'fix';
  });
  const edits = opened.edits(fixable);
  const text = applyEdits(opened.text, edits);
  if (opened.isSound(text)) return { edits, text };
  left.push(...fixable.map((reference) => leftOver(reference, 'The edit would leave code that does not parse.')));
  return { edits: [], text: opened.text };
}

function leftOver(reference: Reference, note: string): Left {
  const { file, line, column, database, table } = reference;
  return { file, line, column, database, ...(table === undefined ? {} : { table }), note };
}
