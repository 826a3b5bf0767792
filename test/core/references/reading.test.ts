import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConsolidationError } from '../../../src/core/errors';
import type { TaskRunner } from '../../../src/core/ports';
import type { ReferencesResult } from '../../../src/core/references/reference';
import { forgetScans, scanReferences } from '../../../src/core/references/scan';
import { calledNames, eachCall, lengthsOf } from '../../../src/core/references/text/called-names';
import { performTask } from '../../../src/core/tasks';
import { readCorpus, withWorkspace } from '../../references/corpus';
import { temporaryWorkspace, writeText } from '../../support/workspace';
import { mergeAll } from './support';

const FILLERS = 260;

/** Code that has nothing to do with databases, in languages whose texts stay on disk and in one where they do not. */
function addFillers(workspace: string): void {
  for (let n = 0; n < FILLERS; n++) {
    writeText(workspace, `filler/part${n % 7}/plain${n}.py`, `def idle_${n}(value):\n    return value + ${n}\n`);
    if (n % 9 === 0)
      writeText(workspace, `filler/umlaut${n}.py`, `def über_${n}(wert):\n    return wert  # ${'ä'.repeat(n)}\n`);
    if (n % 11 === 0) writeText(workspace, `filler/Idle${n}.java`, `class Idle${n} { int run() { return ${n}; } }\n`);
  }
  writeFileSync(path.join(workspace, 'filler/binary.py'), Buffer.from([1, 0, 2, 0, 3]));
}

/** Carries tasks out as a thread does: what goes in and what comes out is cloned. */
function clones(before: (name: string, turn: number) => void = () => undefined): TaskRunner & { started: number } {
  const runner = {
    parallel: 2,
    started: 0,
    worthwhile: () => true,
    start: () => {
      runner.started++;
      let turn = 0;
      return {
        async run(name: string, input: unknown, options: { readonly signal?: AbortSignal }) {
          before(name, turn++);
          return structuredClone(await performTask(name, structuredClone(input), options));
        },
        close: () => Promise.resolve(),
      };
    },
  };
  return runner;
}

const without = ({ milliseconds: _, ...rest }: ReferencesResult) => rest;

describe('files that are read in another thread give the same references', async () => {
  for (const base of await readCorpus())
    it(base.name, () =>
      withWorkspace(base, async (workspace) => {
        addFillers(workspace);
        const databases = base.databases.map(({ path: file, tables }) => ({ path: file, tables: [...tables] }));
        const options = { workspace, databases, plan: mergeAll(databases) };
        const here = await scanReferences(options);
        forgetScans(workspace);
        const tasks = clones();
        expect(without(await scanReferences({ ...options, tasks }))).toEqual(without(here));
        expect(tasks.started).toBe(1);
        // Nothing is new.
        expect(without(await scanReferences({ ...options, tasks }))).toEqual(without(here));
        expect(tasks.started).toBe(1);
      }),
    );
});

const STORE =
  'import sqlite3\n\n\nclass Store:\n    def __init__(self, path):\n        self.db = sqlite3.connect(path)\n';
const DATABASES = [{ path: 'data/app.db', tables: ['users'] }];

function withStore(files: Readonly<Record<string, string>>): string {
  const workspace = temporaryWorkspace({ 'store.py': STORE, ...files });
  addFillers(workspace);
  return workspace;
}

const told = ({ references }: ReferencesResult) =>
  references.map(({ file, line, database, resolution }) => `${file}:${line} ${database} ${resolution}`);

describe('a file that stays on disk', () => {
  const files = {
    'names.py': 'STEM = "app"\nFOLDER = "data"\n',
    // It says nothing of databases, and is read again because it calls the store.
    'main.py':
      'from names import FOLDER, STEM\nfrom store import Store\n\nstore = Store(FOLDER + "/" + STEM + "." + "d" + "b")\n',
  };

  it('is read when it turns out to matter', async () => {
    const workspace = withStore(files);
    expect(told(await scanReferences({ workspace, databases: DATABASES }))).toEqual(['main.py:4 data/app.db certain']);
  });

  it('is the one that it was when it matters, or another one, or gone', async () => {
    const workspace = withStore(files);
    let turns = 0;
    const tasks = clones(() => turns++);
    await scanReferences({ workspace, databases: DATABASES, tasks });
    expect(turns).toBeGreaterThan(1);
    writeText(workspace, 'filler/part0/plain0.py', 'from store import Store\n\nStore("data/" + "app" + ".d" + "b")\n');
    expect(told(await scanReferences({ workspace, databases: DATABASES, tasks }))).toEqual([
      'filler/part0/plain0.py:3 data/app.db certain',
      'main.py:4 data/app.db certain',
    ]);
    rmSync(path.join(workspace, 'main.py'));
    expect(told(await scanReferences({ workspace, databases: DATABASES, tasks }))).toEqual([
      'filler/part0/plain0.py:3 data/app.db certain',
    ]);
  });

  it('is looked at again for other databases, those without an ending among them', async () => {
    const workspace = withStore({ 'other.py': 'NAME = "state"\n', 'paths.py': 'STATE = "data/state"\n' });
    const find = async (databases: typeof DATABASES) => told(await scanReferences({ workspace, databases }));
    expect(await find(DATABASES)).toEqual([]);
    writeText(workspace, 'main.py', 'from store import Store\nfrom other import NAME\n\nStore("data/" + NAME)\n');
    const all = [...DATABASES, { path: 'data/state', tables: [] }];
    const expected = ['main.py:4 data/state certain', 'paths.py:1 data/state certain'];
    expect(await find(all)).toEqual(expected);
    forgetScans(workspace);
    expect(await find(all)).toEqual(expected);
    expect(told(await scanReferences({ workspace, databases: all, tasks: clones() }))).toEqual(expected);
  });
});

describe('a thread that does not work', () => {
  it('leaves the files to the one that asked', async () => {
    const workspace = withStore({ 'main.py': 'from store import Store\n\nStore("data/app.db")\n' });
    const tasks = clones((_, turn) => {
      if (turn % 2 === 1) throw new ConsolidationError('INTERNAL', 'The thread ended.');
    });
    expect(told(await scanReferences({ workspace, databases: DATABASES, tasks }))).toEqual([
      'main.py:3 data/app.db certain',
    ]);
  });

  it('is not waited for after a cancel', async () => {
    const workspace = withStore({});
    const controller = new AbortController();
    const tasks = clones(() => controller.abort());
    await expect(
      scanReferences({ workspace, databases: DATABASES, tasks, signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    // What was read until then is no harm to the next one.
    expect((await scanReferences({ workspace, databases: DATABASES })).filesScanned).toBeGreaterThan(FILLERS);
  });
});

it('a file with another time and the same text is the same one', async () => {
  const workspace = withStore({ 'main.py': 'from store import Store\n\nStore("data/app.db")\n' });
  const first = await scanReferences({ workspace, databases: DATABASES });
  for (const file of ['main.py', 'filler/part1/plain1.py']) utimesSync(path.join(workspace, file), 1e9, 1e9);
  const again = await scanReferences({ workspace, databases: DATABASES });
  expect(again.references).toEqual(first.references);
});

describe('names that a text calls', () => {
  it.each([
    ['open_store(path)', 'open_store\n'],
    ['open_store (path); open_store(other)', 'open_store\n'],
    ['def open_store(path): pass', ''],
    ['func\topenStore(path string) {}', ''],
    ['async function openStore(path) {}', ''],
    ['class Store(Base): pass', ''],
    ['xdef open_store(path)', 'open_store\n'],
    ['config := Config{Path: "x"}', 'Config\n'],
    ['f(x) if (y) { z() }', ''],
    ['a.b.Open\n(path)', 'Open\n'],
    ['über_open(x)', 'ber_open\n'],
    ['def', ''],
    ['(', ''],
  ])('%j', (text, expected) => expect(calledNames(text)).toBe(expected));

  it('are looked for by their length', () => {
    const found: string[] = [];
    eachCall('abc() abcd() abcde() de()', lengthsOf(['xyz', 'vwxyz', 'de']), (name) => found.push(name));
    expect(found).toEqual(['abc', 'abcde']);
  });
});
