import { execFileSync } from 'node:child_process';
import type { Profile, ResolvedPlan, ResolvedTarget, TableDisposition } from '../../../src/core/plan/resolved';
import type { Reference, ReferencesResult } from '../../../src/core/references/reference';
import { TextIndex, applyEdits } from '../../../src/core/refactoring/edits';
import type { CodeFiles } from '../../../src/core/refactoring/outcome';
import { planRefactoring } from '../../../src/core/refactoring/refactor';
import type { RefactorResult } from '../../../src/core/results';

export const STANDARD: Profile = {
  journal_mode: 'WAL',
  synchronous: 'NORMAL',
  auto_vacuum: 'INCREMENTAL',
  foreign_keys: 'ON',
};

export function target(name: string, path: string, tables: readonly string[] = []): ResolvedTarget {
  return {
    name,
    path,
    purpose: `The ${name} database`,
    profile: STANDARD,
    tables: tables.map((table) => ({
      name: table,
      kind: 'table',
      sql: `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, message TEXT)`,
      indexes: [],
      columns: ['id', 'message'],
      withoutRowid: false,
      autoincrement: false,
      sources: [],
    })),
    after: [],
    views: [],
  };
}

export function moved(table: string, to: string, more: Partial<TableDisposition> = {}): TableDisposition {
  const [targetName, name] = to.split('.');
  return {
    table,
    action: 'move',
    target: targetName,
    name,
    renamed: {},
    discriminator: {},
    ...more,
  } as TableDisposition;
}

/** A plan with `data/jarvis.db`, `data/tax.db` and `notifications.db` merged into `core`. */
export function plan(change: Partial<ResolvedPlan> = {}): ResolvedPlan {
  return {
    name: 'jarvis',
    targets: [target('core', 'data/core.db', ['notification_user', 'lots'])],
    databases: [
      { path: 'data/jarvis.db', action: 'merge', tables: [moved('notifications', 'core.notification_user')] },
      { path: 'data/tax.db', action: 'merge', tables: [moved('lots', 'core.lots')] },
      { path: 'notifications.db', action: 'merge', tables: [] },
      { path: 'data/old.db', action: 'retire', reason: 'test database', tables: [] },
    ],
    compatibility: { views: true, symlinks: false },
    checks: [],
    access: { python: { module: 'core.databases' } },
    relations: [],
    findings: [],
    ...change,
  } as ResolvedPlan;
}

/** A workspace in memory. */
export function files(texts: Record<string, string>): CodeFiles & { texts: Record<string, string> } {
  return {
    texts,
    read(path) {
      if (!(path in texts)) throw new Error(`no file ${path}`);
      return texts[path];
    },
    exists: (path) => path in texts,
    list: () => Object.keys(texts).sort(),
  };
}

/** A certain, stale reference at the `occurrence`-th place where `text` stands in the file. */
export function reference(
  source: string,
  text: string,
  more: Partial<Reference> & { occurrence?: number } = {},
): Reference {
  const { occurrence = 1, ...rest } = more;
  let start = -1;
  for (let n = 0; n < occurrence; n++) start = source.indexOf(text, start + 1);
  if (start === -1) throw new Error(`${text} is not in the source`);
  const range = new TextIndex(source).range(start, start + text.length);
  return {
    file: 'app.py',
    line: range.startLine,
    column: range.startColumn,
    endLine: range.endLine,
    endColumn: range.endColumn,
    kind: 'path',
    database: 'data/jarvis.db',
    target: 'core',
    resolution: 'certain',
    role: 'code',
    stale: true,
    language: 'python',
    shape: 'string',
    text,
    ...rest,
  };
}

export function result(...references: Reference[]): ReferencesResult {
  return { version: 1, references, filesScanned: 1, milliseconds: 0 };
}

/** Refactors one file and returns its new text with what was left. */
export function refactor(
  source: string,
  references: readonly Reference[],
  options: { plan?: ResolvedPlan; files?: Record<string, string> } = {},
): { text: string; result: RefactorResult } {
  const file = references[0]?.file ?? 'app.py';
  const workspace = files({ ...options.files, [file]: source });
  const done = planRefactoring(result(...references), options.plan ?? plan(), workspace);
  const edits = done.edits.filter((edit) => edit.file === file);
  return { text: applyEdits(source, edits), result: done };
}

/** @throws when Python cannot parse the text. */
export function checkPython(text: string): void {
  execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.buffer.read())'], { input: text });
}
