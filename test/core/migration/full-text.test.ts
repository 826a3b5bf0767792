import { describe, expect, it } from 'vitest';
import { cliJson } from '../../support/cli';
import { fingerprint, makeDatabase, python, query, temporaryWorkspace, writeText } from '../../support/workspace';

const OURS = ['.sqlite-consolidator', 'data/backups', 'data/all.db', 'consolidation.jsonc', 'schema'];

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly actual: string;
}

function plan(workspace: string, sources: object, target: object = {}): void {
  writeText(
    workspace,
    'consolidation.jsonc',
    JSON.stringify({ version: 1, name: 'texts', targets: { all: { path: 'data/all.db', ...target } }, sources }),
  );
}

/** What native SQLite says of a full-text index, its content included. */
const nativeCheck = (workspace: string, table: string) =>
  python(
    workspace,
    `import sqlite3
c = sqlite3.connect('data/all.db')
print(c.execute('PRAGMA integrity_check').fetchall())
c.execute("INSERT INTO \\"${table}\\"(\\"${table}\\", rank) VALUES('integrity-check', 1)")
print([row[0] for row in c.execute("SELECT rowid FROM \\"${table}\\" WHERE \\"${table}\\" MATCH 'running' ORDER BY rowid")])`,
  ).trim();

const NOTES = (from: number, options = '') => `
  CREATE VIRTUAL TABLE notes USING fts5(title, body, made UNINDEXED${options});
  INSERT INTO notes(rowid, title, body, made) VALUES
    (${from}, 'first', 'a running fox', 3.0), (${from + 1}, 'second', 'the fox ran', x'00ff'),
    (${from + 4}, 'naïve 漢字', NULL, 9007199254740993);`;

describe('a full-text table', () => {
  it('of several databases becomes one, with every text and an index that native SQLite finds sound', async () => {
    const workspace = temporaryWorkspace();
    makeDatabase(workspace, 'data/a.db', `PRAGMA journal_mode = WAL; ${NOTES(1)}`);
    makeDatabase(workspace, 'data/b.db', `PRAGMA page_size = 1024; ${NOTES(100)}`);
    const source = { action: 'merge', tables: { notes: { to: 'all.notes' } } };
    plan(workspace, { 'data/a.db': source, 'data/b.db': source }, { profile: 'standard' });
    const before = fingerprint(workspace, OURS);

    const { value } = await cliJson(workspace, 'migrate');
    expect(value.error).toBeUndefined();
    expect(value.status).toBe('published');
    expect(value.targets[0].tables).toMatchObject([{ name: 'notes', strategy: 'fts' }]);
    expect(fingerprint(workspace, OURS)).toEqual(before);

    expect(nativeCheck(workspace, 'notes')).toBe("[('ok',)]\n[1, 100]");
    const rows = 'SELECT rowid, title, body, made FROM notes ORDER BY rowid';
    expect(query(workspace, 'data/all.db', rows)).toEqual([
      ...query(workspace, 'data/a.db', rows),
      ...query(workspace, 'data/b.db', rows),
    ]);
    const checks = (value.verification.checks as Check[]).filter(({ name }) => name.includes('notes'));
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('texts from data/a.db notes, data/b.db notes'),
        'all.notes: full-text integrity-check',
      ]),
    );
  });

  it('whose rowids meet stops the run with advice, and is renumbered on request', async () => {
    const workspace = temporaryWorkspace();
    makeDatabase(workspace, 'data/a.db', NOTES(1));
    makeDatabase(workspace, 'data/b.db', NOTES(1));
    const tables = (keys?: string) => ({ action: 'merge', tables: { notes: { to: 'all.notes', keys } } });
    plan(workspace, { 'data/a.db': tables(), 'data/b.db': tables() });
    const refused = await cliJson(workspace, 'migrate');
    expect(refused.value.status).not.toBe('published');
    expect(refused.value.error.message).toContain('renumber');

    plan(workspace, { 'data/a.db': tables(), 'data/b.db': tables('renumber') });
    const { value } = await cliJson(workspace, 'migrate');
    expect(value.error).toBeUndefined();
    const texts = 'SELECT title, body, made FROM notes ORDER BY rowid';
    expect(query(workspace, 'data/all.db', texts)).toEqual([
      ...query(workspace, 'data/a.db', texts),
      ...query(workspace, 'data/b.db', texts),
    ]);
    expect(nativeCheck(workspace, 'notes')).toMatch(/^\[\('ok',\)\]\n\[1, \d+\]$/);
  });

  it('with another tokenizer in the unified schema gets an index of that tokenizer', async () => {
    const workspace = temporaryWorkspace();
    makeDatabase(workspace, 'data/a.db', NOTES(1));
    writeText(
      workspace,
      'schema/all.sql',
      "CREATE VIRTUAL TABLE memos USING fts5(title, body, made UNINDEXED, tokenize = 'porter unicode61');",
    );
    plan(
      workspace,
      { 'data/a.db': { action: 'merge', tables: { notes: { to: 'all.memos' } } } },
      { schema: 'schema/all.sql' },
    );
    const { value } = await cliJson(workspace, 'migrate');
    expect(value.error).toBeUndefined();
    expect(nativeCheck(workspace, 'memos')).toBe("[('ok',)]\n[1]");
    const runs = query(workspace, 'data/all.db', "SELECT count(*) FROM memos WHERE memos MATCH 'run'");
    expect(runs).toEqual([['integer:1']]);
  });

  it('over another table follows its rows, also where they are renumbered', async () => {
    const workspace = temporaryWorkspace();
    const posts = (word: string) => `
      CREATE TABLE posts(id INTEGER PRIMARY KEY, body TEXT);
      CREATE VIRTUAL TABLE posts_fts USING fts5(body, content = 'posts', content_rowid = 'id');
      CREATE TRIGGER posts_ai AFTER INSERT ON posts BEGIN
        INSERT INTO posts_fts(rowid, body) VALUES (new.id, new.body);
      END;
      INSERT INTO posts(body) VALUES ('running ${word}'), ('standing ${word}');`;
    makeDatabase(workspace, 'data/a.db', posts('fox'));
    makeDatabase(workspace, 'data/b.db', posts('hare'));
    const source = (keys: string) => ({
      action: 'merge',
      tables: { posts: { to: 'all.posts', keys }, posts_fts: { to: 'all.posts_fts' } },
    });
    plan(workspace, { 'data/a.db': source('keep'), 'data/b.db': source('renumber') });
    const { value } = await cliJson(workspace, 'migrate');
    expect(value.error).toBeUndefined();
    expect(value.status).toBe('published');
    const [first] = query(workspace, 'data/all.db', "SELECT id FROM posts WHERE body = 'running hare'");
    expect(nativeCheck(workspace, 'posts_fts')).toBe(`[('ok',)]\n[1, ${first![0]!.split(':')[1]}]`);
  });

  it('without texts moves as it is, and is refused with a reason where it would have to be built', async () => {
    const workspace = temporaryWorkspace();
    const contentless = `
      CREATE VIRTUAL TABLE words USING fts5(word, content = '');
      INSERT INTO words(rowid, word) VALUES (7, 'running');`;
    makeDatabase(workspace, 'data/a.db', contentless);
    makeDatabase(workspace, 'data/wide.db', `PRAGMA page_size = 8192; ${contentless}`);
    const tables = { action: 'merge', tables: { words: { to: 'all.words' } } };
    const keep = { action: 'keep', reason: 'another time' };
    plan(workspace, { 'data/wide.db': tables, 'data/a.db': keep });
    const refused = await cliJson(workspace, 'migrate');
    expect(refused.value.error).toMatchObject({ code: 'UNSUPPORTED' });
    expect(refused.value.error.message).toContain('page_size');

    plan(workspace, { 'data/a.db': tables, 'data/wide.db': keep });
    const { value } = await cliJson(workspace, 'migrate');
    expect(value.error).toBeUndefined();
    expect(query(workspace, 'data/all.db', "SELECT rowid FROM words WHERE words MATCH 'running'")).toEqual([
      ['integer:7'],
    ]);
  });

  it('that no longer fits its index is found by verification', async () => {
    const workspace = temporaryWorkspace();
    makeDatabase(workspace, 'data/a.db', NOTES(1));
    makeDatabase(workspace, 'data/b.db', NOTES(100));
    const source = { action: 'merge', tables: { notes: { to: 'all.notes' } } };
    plan(workspace, { 'data/a.db': source, 'data/b.db': source });
    expect((await cliJson(workspace, 'migrate')).value.status).toBe('published');
    const failing = async () =>
      ((await cliJson(workspace, 'verify')).value.verification.checks as Check[])
        .filter(({ ok }) => !ok)
        .map(({ name }) => name);
    expect(await failing()).toEqual([]);

    makeDatabase(workspace, 'data/all.db', "UPDATE notes_content SET c1 = 'a walking fox' WHERE id = 1");
    expect(await failing()).toEqual(
      expect.arrayContaining([
        expect.stringContaining('texts from data/a.db notes'),
        'all.notes: full-text integrity-check',
      ]),
    );
  });
});
