import { describe, expect, it } from 'vitest';
import { planAccessLayer } from '../../../src/core/refactoring/access-layer-files';
import { applyEdits } from '../../../src/core/refactoring/edits';
import { planRefactoring } from '../../../src/core/refactoring/refactor';
import { files, plan, refactor, reference, result } from './support';

const SOURCE = 'import sqlite3\nc = sqlite3.connect("data/jarvis.db")\n';
const open = (file = 'app.py') => reference(SOURCE, '"data/jarvis.db"', { shape: 'connect', file });

/** The workspace after `refactor --write`. */
function written(texts: Record<string, string>, edits: readonly { file: string }[]): Record<string, string> {
  const after = { ...texts };
  for (const file of new Set(edits.map((edit) => edit.file)))
    after[file] = applyEdits(texts[file] ?? '', edits.filter((edit) => edit.file === file) as never);
  return after;
}

describe('the files of the access layer', () => {
  it('are made with the edits that call them, and are not made again', () => {
    const before = { 'app.py': SOURCE, 'core/__init__.py': '' };
    const first = planRefactoring(result(open()), plan(), files(before));
    expect(first.files).toEqual([
      { file: 'app.py', edits: 3, created: false },
      { file: 'core/databases.py', edits: 1, created: true },
    ]);
    expect(first.patch).toContain('--- /dev/null\n+++ b/core/databases.py\n');
    const after = written(before, first.edits);
    const second = planRefactoring(result(), plan(), files(after));
    expect(second).toMatchObject({ ok: true, edits: [], files: [], patch: '', left: [] });
  });

  it('follow the plan when it changes', () => {
    const after = written({}, planAccessLayer(plan(), files({})).edits);
    expect(Object.keys(after)).toEqual(['core/databases.py']);
    expect(planAccessLayer(plan(), files(after)).ok).toBe(true);
    const changed = plan({ targets: [{ ...plan().targets[0], path: 'data/other.db' }] });
    const renewed = planRefactoring(result(), changed, files(after));
    expect(renewed.files).toEqual([{ file: 'core/databases.py', edits: 1, created: false }]);
    expect(written(after, renewed.edits)['core/databases.py']).toContain('"data/other.db"');
  });

  it('never take the place of a file of the project', () => {
    const own = { 'core/databases.py': 'def connect(): ...\n', 'core/__init__.py': '' };
    const { text, result: done } = refactor(SOURCE, [open()], { files: own });
    expect(text).toBe(SOURCE);
    expect(done.left[0].note).toContain('core/databases.py is not a generated file');
    expect(done.files).toEqual([]);
    expect(planAccessLayer(plan(), files(own))).toMatchObject({ ok: false, edits: [] });
  });

  it('are made for the files asked for alone', () => {
    const texts = { 'a.py': SOURCE, 'b.py': SOURCE };
    const both = result(open('a.py'), open('b.py'));
    const some = planRefactoring(both, plan(), files(texts), new Set(['a.py']));
    expect(some.files.map((each) => each.file)).toEqual(['a.py', 'core/databases.py']);
  });

  it('go into the largest package when the plan names no module, whichever file is fixed', () => {
    const unnamed = plan({ access: {} });
    const texts = {
      'app.py': SOURCE,
      'coffee/__init__.py': '',
      'coffee/a.py': SOURCE,
      'coffee/sub/__init__.py': '',
      'tests/__init__.py': '',
      'tests/test_a.py': '',
      'tests/test_b.py': '',
      'tests/test_c.py': '',
      'tests/test_d.py': '',
    };
    const of = (file: string, more: Record<string, string> = {}) =>
      planRefactoring(result(open(file)), unnamed, files({ ...texts, ...more })).files.map((each) => each.file);
    expect(of('app.py')).toEqual(['app.py', 'coffee/databases.py']);
    expect(of('coffee/a.py')).toEqual(['coffee/a.py', 'coffee/databases.py']);
    expect(of('app.py', { 'coffee/databases.py': 'x = 1\n' })).toEqual(['app.py', 'coffee/consolidated_databases.py']);
    const nested = { 'backend/api/__init__.py': '', 'backend/api/main.py': SOURCE };
    const done = planRefactoring(result(open('backend/api/main.py')), unnamed, files(nested));
    expect(done.files.map((each) => each.file)).toEqual(['backend/api/databases.py', 'backend/api/main.py']);
    expect(done.patch).toContain('+from api.databases import connect\n');
  });
});
