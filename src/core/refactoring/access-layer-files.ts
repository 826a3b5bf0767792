import { GENERATED_MARK } from '../access-layer/generated';
import type { GeneratedFile } from '../access-layer/generated';
import { generateGo } from '../access-layer/go/index';
import { generatePython } from '../access-layer/python/index';
import { generateTypeScript } from '../access-layer/typescript/index';
import type { ResolvedPlan } from '../plan/resolved';
import type { TextEdit } from '../references/reference';
import type { RefactorResult } from '../results';
import { isMapped } from './access-names';
import type { AccessSettings } from './access-names';
import { unifiedDiff } from './diff';
import { compareEdits } from './edits';
import { Fixes } from './fixes';
import type { CodeFiles } from './outcome';
import { fileExists } from './python/access';
import { SCRIPT_LANGUAGES } from './typescript/access';

/** A file of the access layer as it stands and as it is to be. */
export interface AccessLayerChange extends GeneratedFile {
  /** Undefined when the file is to be created. */
  readonly before: string | undefined;
}

/**
 * The access layer as the plan has it now: the modules of the languages in `wanted`, and those that an earlier run wrote
 * and that the plan has changed since. Files that are up to date are left out.
 * A file in the way that was not generated is left alone, and named in `blocked`.
 */
export function accessLayerChanges(
  plan: ResolvedPlan,
  fixes: Fixes,
  files: CodeFiles,
  wanted: ReadonlySet<string>,
): { changes: AccessLayerChange[]; blocked: { file: string; note: string }[] } {
  const generators: [string, boolean, AccessSettings, () => GeneratedFile[]][] = [
    ['python', wanted.has('python'), fixes.python.settings, () => generatePython(plan, fixes.python)],
    ['go', wanted.has('go'), fixes.go.settings, () => generateGo(plan, fixes.go)],
    [
      'typescript',
      SCRIPT_LANGUAGES.some((language) => wanted.has(language)),
      fixes.script.settings,
      () => generateTypeScript(plan, fixes.script),
    ],
  ];
  const changes: AccessLayerChange[] = [];
  const blocked: { file: string; note: string }[] = [];
  for (const [language, isWanted, settings, generate] of generators) {
    if (isMapped(settings)) continue;
    for (const generated of generate()) {
      const before = fileExists(files, generated.path) ? files.read(generated.path) : undefined;
      const isOurs = before?.slice(0, 2000).includes(GENERATED_MARK) ?? false;
      if (before === generated.text || (!isWanted && !isOurs)) continue;
      const note = fixes.occupied(language);
      if (note !== undefined) blocked.push({ file: generated.path, note });
      else changes.push({ ...generated, before });
    }
  }
  return { changes, blocked };
}

/** Writes or renews the access layer alone: the languages that the plan's `access` section names, and what is there. */
export function planAccessLayer(plan: ResolvedPlan, files: CodeFiles): RefactorResult {
  const wanted = new Set(Object.keys(plan.access));
  const { changes, blocked } = accessLayerChanges(plan, new Fixes(plan, files, []), files, wanted);
  return {
    version: 1,
    ok: changes.length === 0 && blocked.length === 0,
    written: false,
    files: changes.map((change) => ({ file: change.path, edits: 1, created: change.before === undefined })),
    edits: changes.map(wholeFile).sort(compareEdits),
    patch: changes.map((change) => unifiedDiff(change.path, change.before, change.text)).join(''),
    left: blocked.map(({ file, note }) => ({ file, line: 1, column: 1, database: '', note })),
  };
}

/** The change of a file as one edit. */
export function wholeFile({ path, text, before }: AccessLayerChange): TextEdit {
  const lines = (before ?? '').split('\n');
  const range = {
    startLine: 1,
    startColumn: 1,
    endLine: lines.length,
    endColumn: lines[lines.length - 1].length + 1,
  };
  return { file: path, range, newText: text };
}
