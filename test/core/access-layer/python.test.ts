import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatePython } from '../../../src/core/access-layer/python/index';
import { pythonString } from '../../../src/core/access-layer/python/literal';
import type { ResolvedPlan, ResolvedSource, ResolvedTarget } from '../../../src/core/plan/resolved';
import { moved, plan, target } from '../refactoring/support';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'access-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `notification_user` and `lots`, both from `data/jarvis.db`. */
function withSources(): ResolvedTarget {
  const core = target('core', 'data/core.db', ['notification_user', 'lots']);
  const source = (table: string, columns: ResolvedSource['columns']): ResolvedSource => ({
    database: 'data/jarvis.db',
    table,
    columns,
    dropped: [],
    keys: 'keep',
    onReject: 'stop',
  });
  const same = (name: string, from = name) => ({ kind: 'column' as const, target: name, source: from });
  const sources = [
    source('notifications', [
      same('id'),
      same('message', 'msg'),
      { kind: 'constant', target: 'source', value: "it's" },
    ]),
    source('lots', [same('a'), same('b')]),
  ];
  return { ...core, tables: core.tables.map((table, at) => ({ ...table, sources: [sources[at]] })) };
}

function planWith(access: Record<string, unknown>): ResolvedPlan {
  const change = {
    targets: [withSources(), target('cache-1', 'data/cache.db')],
    databases: [
      {
        path: 'data/jarvis.db',
        action: 'merge' as const,
        tables: [
          moved('notifications', 'core.notification_user', {
            renamed: { msg: 'message' },
            discriminator: { source: "it's" },
          }),
        ],
      },
    ],
    access: { python: { module: 'core.databases', pool: { size: 2 }, ...access } },
  };
  return plan(change);
}

function write(name: string, generated: readonly { path: string; text: string }[]): string {
  const root = path.join(folder, name);
  for (const file of generated) {
    mkdirSync(path.dirname(path.join(root, file.path)), { recursive: true });
    writeFileSync(path.join(root, file.path), file.text);
  }
  return root;
}

describe('the generated Python module', () => {
  for (const access of [{}, { flag: true }, { dualWrite: true, flag: true }])
    it(`works with ${JSON.stringify(access)}`, () => {
      const root = write(`works-${Object.keys(access).join('-')}`, generatePython(planWith(access)));
      const tests = path.join(__dirname, 'python_test.py');
      const run = spawnSync('python3', ['-X', 'dev', '-W', 'error', tests, root], { encoding: 'utf8' });
      expect(run.stderr).toMatch(/\nOK( \(skipped=\d+\))?\n$/);
    });

  it('is the same for the same plan, and names the plan it is made from', () => {
    const [one] = generatePython(planWith({}));
    expect(generatePython(planWith({}))).toEqual([one]);
    expect(one.path).toBe('core/databases.py');
    expect(one.text).toMatch(/^# sqlite-consolidator: generated from the plan "jarvis" \([0-9a-f]{12}\)/);
    expect(generatePython(planWith({ flag: true }))[0].text.slice(0, 100)).not.toBe(one.text.slice(0, 100));
    expect(one.text).not.toMatch(/@[A-Z_]+@|undefined|[ \t]$/m);
    expect(Math.max(...one.text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('holds any name and any purpose as text', () => {
    const odd = 'a"\\\n\u00e9\u{1f600}\x01';
    const shown = execFileSync('python3', ['-c', `import json; print(json.dumps(${pythonString(odd)}))`], {
      encoding: 'utf8',
    });
    expect(JSON.parse(shown)).toBe(odd);
    const targets = [{ ...target('core', 'data/x "y".db', ['t"]']), purpose: '"""\\@HASH@' }];
    const root = write('odd', generatePython({ ...planWith({}), targets }));
    execFileSync('python3', ['-m', 'py_compile', path.join(root, 'core/databases.py')]);
  });
});
