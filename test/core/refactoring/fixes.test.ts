import { describe, expect, it } from 'vitest';
import { applyEdits, mergeEdits } from '../../../src/core/refactoring/edits';
import { attachFixes, offerLifts } from '../../../src/core/refactoring/fixes';
import { files, moved, plan, refactor, reference, result } from './support';

const SOURCE = `import sqlite3

c = sqlite3.connect("data/jarvis.db")
c.execute("SELECT * FROM notifications")
d = sqlite3.connect("data/jarvis.db")
`;
const table = { kind: 'table', table: 'notifications', shape: 'text' } as const;
const path = (occurrence = 1) => reference(SOURCE, '"data/jarvis.db"', { shape: 'connect', occurrence });
const query = () => reference(SOURCE, 'notifications', table);

describe('attachFixes', () => {
  it('gives each reference a fix of its own; a connection takes its queries along', () => {
    const attached = attachFixes(result(path(), path(2), query()), plan(), files({ 'app.py': SOURCE }));
    const [first, , tables] = attached.references;
    expect(first.fix?.title).toBe('Use connect("core"), and the new table names');
    expect(applyEdits(SOURCE, first.fix?.edits ?? [])).toBe(
      SOURCE.replace('sqlite3.connect("data/jarvis.db")', 'connect("core")')
        .replace('notifications', 'notification_user')
        .replace('import sqlite3\n', 'import sqlite3\n\nfrom core.databases import connect\n'),
    );
    expect(tables.fix?.edits).toHaveLength(1);
  });

  it('lets fixes be merged: one import, one rename', () => {
    const attached = attachFixes(result(path(), path(2), query()), plan(), files({ 'app.py': SOURCE }));
    const merged = mergeEdits(attached.references.flatMap((each) => each.fix?.edits ?? []));
    expect(applyEdits(SOURCE, merged)).toBe(`import sqlite3

from core.databases import connect

c = connect("core")
c.execute("SELECT * FROM notification_user")
d = connect("core")
`);
  });

  it('says why a reference has no fix, and drops those that a comment sets aside', () => {
    const source = 'a = "data/jarvis.db"  # sqlite-consolidator: ignore\nb = "data/jarvis.db"\n';
    const references = result(
      reference(source, '"data/jarvis.db"'),
      reference(source, '"data/jarvis.db"', { occurrence: 2, resolution: 'likely' }),
      reference(source, '"data/jarvis.db"', { occurrence: 2, stale: false, note: 'temporary' }),
    );
    const [ignored, likely, fresh] = attachFixes(references, plan(), files({ 'app.py': source })).references;
    expect(ignored).toMatchObject({ stale: false });
    expect(likely.note).toContain('probably');
    expect(likely.fix).toBeUndefined();
    expect(fresh).toMatchObject({ stale: false, note: 'temporary' });
    const missing = attachFixes(references, plan(), files({})).references[0];
    expect(missing.note).toContain('cannot be read');
  });
});

describe('what is offered and never made in bulk', () => {
  it('is one fix for each target of a split database, and one with the others attached', () => {
    const base = plan();
    const split = plan({
      targets: [base.targets[0], { ...base.targets[0], name: 'config', path: 'data/config.db' }],
      databases: [
        {
          path: 'data/jarvis.db',
          action: 'merge',
          tables: [moved('notifications', 'core.notification_user'), moved('settings', 'config.settings')],
        },
      ],
    });
    const [reference] = attachFixes(
      result({ ...path(), resolution: 'split', target: undefined }),
      split,
      files({ 'app.py': SOURCE }),
    ).references;
    expect(reference.fix).toBeUndefined();
    expect(reference.alternatives?.map((each) => each.title)).toEqual([
      'Use connect("core") (notifications)',
      'Use connect("config") (settings)',
      'Use connect("core", attach=["config"])',
    ]);
    expect(applyEdits(SOURCE, reference.alternatives?.[2].edits ?? [])).toContain(
      'c = connect("core", attach=["config"])\n',
    );
  });

  it('is connect where a path of the access layer is opened', () => {
    const source = `import sqlite3

from core.databases import database_path

DB = str(database_path("core"))
PATH = database_path("core")


def one():
    return sqlite3.connect(DB, timeout=5)


def two(db_path=PATH):
    return sqlite3.connect(db_path), sqlite3.connect(PATH)
`;
    const lifts = offerLifts('app.py', 'python', plan(), files({ 'app.py': source }));
    expect(lifts.map((each) => each.title)).toEqual(['Use connect("core")', 'Use connect("core")']);
    expect(applyEdits(source, lifts[0].edits)).toBe(
      source
        .replace('sqlite3.connect(DB, timeout=5)', 'connect("core", timeout=5)')
        .replace('DB = str(database_path("core"))\n', '')
        .replace('import database_path', 'import connect, database_path'),
    );
  });
});

describe('a query that cannot be rewritten', () => {
  const merged = (change: object, views: object[] = []) => {
    const base = plan();
    return plan({
      targets: [{ ...base.targets[0], views: views as never }],
      databases: [
        { path: 'data/jarvis.db', action: 'merge', tables: [moved('notifications', 'core.notification_user', change)] },
      ],
    });
  };

  it('keeps its connection at the legacy file when it would reach other rows', () => {
    const shared = merged({ name: 'notifications', discriminator: { source: 'jarvis' } });
    const { text, result: done } = refactor(SOURCE, [path(), path(2), query()], { plan: shared });
    expect(text).toBe(SOURCE);
    expect(done.ok).toBe(false);
    expect(done.left.map((each) => each.note.slice(0, 40))).toEqual([
      'First change the query on notifications ',
      'First change the query on notifications ',
      'Rows of several databases share notifica',
    ]);
  });

  it('does not when a compatibility view stands for the old name', () => {
    const view = {
      name: 'notifications',
      sql: '',
      table: 'notification_user',
      source: { database: 'data/jarvis.db', table: 'notifications' },
    };
    const { text, result: done } = refactor(SOURCE, [path(), path(2), query()], {
      plan: merged({ renamed: { a: 'b' } }, [view]),
    });
    expect(text).toContain('c = connect("core")\nc.execute("SELECT * FROM notifications")\n');
    expect(done.left).toHaveLength(1);
    const other = { ...view, source: { database: 'data/tax.db', table: 'notifications' } };
    expect(refactor(SOURCE, [path(), query()], { plan: merged({ renamed: { a: 'b' } }, [other]) }).text).toBe(SOURCE);
  });
});

describe('text formats', () => {
  const cases: [string, string, string, string, string?][] = [
    ['yaml', 'path: data/jarvis.db # x\n', 'data/jarvis.db', 'path: data/core.db # x\n'],
    ['yaml', 'path: "./data/jarvis.db"\n', './data/jarvis.db', 'path: "./data/core.db"\n'],
    ['dotenv', 'DB=../data/jarvis.db\n', '../data/jarvis.db', 'DB=../data/core.db\n'],
    ['json', '{"p": "..\\\\data\\\\jarvis.db"}', '"..\\\\data\\\\jarvis.db"', '{"p": "..\\\\data\\\\core.db"}'],
    [
      'yaml',
      'url: sqlite:////app/data/jarvis.db?x=1\n',
      'sqlite:////app/data/jarvis.db?x=1',
      'url: sqlite:////app/data/core.db?x=1\n',
    ],
    ['shellscript', 'cp "${DATA}/jarvis.db" x\n', '${DATA}/jarvis.db', 'cp "${DATA}/core.db" x\n'],
    ['markdown', 'See `data/jarvis.db-wal`.\n', 'data/jarvis.db-wal', 'See `data/core.db-wal`.\n'],
    ['yaml', 'p: jarvis.db\n', 'jarvis.db', 'p: ../unified/core.db\n', 'unified/core.db'],
    [
      'yaml',
      'u: sqlite:///data/jarvis.db\n',
      'sqlite:///data/jarvis.db',
      'u: sqlite:///unified/core.db\n',
      'unified/core.db',
    ],
    ['yaml', 'p: data/jarvis.db\n', 'data/jarvis.db', 'p: unified/core.db\n', 'unified/core.db'],
  ];
  for (const [language, source, text, expected, at] of cases)
    it(`${language}: ${text}${at ? ` → ${at}` : ''}`, () => {
      const ref = reference(source, text, { language, shape: 'text', file: `f.${language}` });
      const base = plan();
      const changed = at ? plan({ targets: [{ ...base.targets[0], path: at }] }) : base;
      const done = refactor(source, [ref], { plan: changed });
      expect(done.result.left).toEqual([]);
      expect(done.text).toBe(expected);
    });

  it('is left where the target is out of reach', () => {
    const base = plan();
    const away = plan({ targets: [{ ...base.targets[0], path: 'unified/core.db' }] });
    for (const text of [
      '${DATA}/jarvis.db',
      '/mnt/jarvis.db',
      '/app/data/jarvis.db',
      'sqlite:////app/data/jarvis.db',
    ]) {
      const source = `x: ${text}\n`;
      const done = refactor(source, [reference(source, text, { language: 'yaml', shape: 'text', file: 'f.yaml' })], {
        plan: away,
      });
      expect(done.text).toBe(source);
      expect(done.result.left[0].note).toContain('outside the directory');
    }
  });
});
