import { generateGo } from '../access-layer/go/index';
import { generatePython } from '../access-layer/python/index';
import { generateTypeScript } from '../access-layer/typescript/index';
import type { GeneratedFile } from '../access-layer/generated';
import type { ResolvedPlan } from '../plan/resolved';
import type { Reference, ReferencesResult, TextEdit } from '../references/reference';
import type { RefactorResult } from '../results';
import { isMapped } from './access-names';
import { unifiedDiff } from './diff';
import { applyEdits, compareEdits } from './edits';
import { Fixes } from './fixes';
import type { FileFixes } from './fixes';
import type { CodeFiles } from './outcome';
import { fileExists } from './python/access';
import { SCRIPT_LANGUAGES } from './typescript/access';

type Left = RefactorResult['left'][number];

/**
 * All certain fixes of these references together, the access layer they call, and what is left for a person. Nothing is
 * written: `writeEdits` carries the result out.
 * @param references as the scan gives them, or some files' of them.
 */
export function planRefactoring(
  references: ReferencesResult,
  plan: ResolvedPlan,
  workspace: CodeFiles,
): RefactorResult {
  const stale = references.references.filter((reference) => reference.stale);
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

  for (const generated of accessLayer(plan, fixes, called)) {
    const before = fileExists(workspace, generated.path) ? workspace.read(generated.path) : undefined;
    if (before === generated.text) continue;
    edits.push(wholeFile(generated, before));
    files.push({ file: generated.path, edits: 1, created: before === undefined });
    patches.push(unifiedDiff(generated.path, before, generated.text));
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

/** Modules of the access layer: those that edits call, and those that an earlier refactoring wrote. */
function accessLayer(plan: ResolvedPlan, fixes: Fixes, called: ReadonlySet<string>): GeneratedFile[] {
  const result: GeneratedFile[] = [];
  if (called.has('python') && !isMapped(fixes.python.settings)) result.push(...generatePython(plan, fixes.python));
  if (called.has('go') && !isMapped(fixes.go.settings)) result.push(...generateGo(plan, fixes.go));
  if (SCRIPT_LANGUAGES.some((language) => called.has(language)) && !isMapped(fixes.script.settings))
    result.push(...generateTypeScript(plan, fixes.script));
  return result;
}

function wholeFile(generated: GeneratedFile, before: string | undefined): TextEdit {
  const lines = (before ?? '').split('\n');
  const range = {
    startLine: 1,
    startColumn: 1,
    endLine: lines.length,
    endColumn: lines[lines.length - 1].length + 1,
  };
  return { file: generated.path, range, newText: generated.text };
}

function groupByFile(references: readonly Reference[]): Map<string, Reference[]> {
  const groups = new Map<string, Reference[]>();
  for (const reference of references) {
    const group = groups.get(reference.file);
    if (group) group.push(reference);
    else groups.set(reference.file, [reference]);
  }
  return groups;
}

function leftOver(reference: Reference, note: string): Left {
  const { file, line, column, database, table } = reference;
  return { file, line, column, database, ...(table === undefined ? {} : { table }), note };
}
