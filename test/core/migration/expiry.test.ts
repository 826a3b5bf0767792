import { describe, expect, it } from 'vitest';
import { cliJson } from '../../support/cli';
import { makeDatabase, python, query, temporaryWorkspace, writeText } from '../../support/workspace';

const DAY = 86_400;

/** A cache whose rows expire at times that are written in every way that programs write them. */
function workspaceWith(grace?: string, own = ''): string {
  const workspace = temporaryWorkspace();
  makeDatabase(
    workspace,
    'cache.db',
    `CREATE TABLE entries (key TEXT PRIMARY KEY, expires_at); ${own}
     INSERT INTO entries VALUES ('old', datetime('now', '-1 hour')), ('old T', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hour')),
       ('old seconds', strftime('%s', 'now') - 60), ('old milliseconds', (strftime('%s', 'now') - 60) * 1000), ('old real', strftime('%s', 'now') - 60.5),
       ('old zone', strftime('%Y-%m-%dT%H:%M:%S', 'now', '+1 hour') || '+02:00'), ('ancient', '2001-01-01'),
       ('soon', datetime('now', '+1 hour')), ('soon T', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 hour')), ('soon seconds', strftime('%s', 'now') + 3600),
       ('soon milliseconds', (strftime('%s', 'now') + 3600) * 1000), ('never', NULL), ('zero', 0), ('minus', -1), ('word', 'never'), ('year', '2001'),
       ('now', 'now'), ('blob', x'32303031'), ('rubbish', '2001-01-01 or so');`,
  );
  writeText(
    workspace,
    'consolidation.jsonc',
    JSON.stringify({
      version: 1,
      name: 'expiry',
      targets: {
        all: {
          path: 'all.db',
          tables: { cached: { ttl: { column: 'expires_at' }, grace } },
          bookkeeping: { version: true, metadata: true },
          userVersion: 3,
        },
      },
      sources: { 'cache.db': { action: 'merge', tables: { entries: { to: 'all.cached' } } } },
    }),
  );
  return workspace;
}

const keys = (workspace: string, file: string, table: string) =>
  query(workspace, file, `SELECT key FROM ${table}`)
    .map(([key]) => Buffer.from(key!.slice('text:'.length), 'hex').toString())
    .sort();

const native = (workspace: string, ...statements: string[]) =>
  python(
    workspace,
    `import sqlite3\nc = sqlite3.connect("all.db", isolation_level=None)\n${statements.map((sql) => `c.execute(${JSON.stringify(sql)})`).join('\n')}\nc.close()`,
  );

async function migrate(workspace: string): Promise<void> {
  const { value } = await cliJson(workspace, 'migrate');
  expect([value.error, value.status]).toEqual([undefined, 'published']);
}

describe('rows with a time to live', () => {
  it('are migrated whatever their age, and go when a row is added, also through the old name', async () => {
    for (const table of ['cached', 'entries']) {
      const workspace = workspaceWith();
      await migrate(workspace);
      const all = keys(workspace, 'cache.db', 'entries');
      expect(keys(workspace, 'all.db', 'cached')).toEqual(all);
      native(workspace, `INSERT INTO ${table} VALUES ('new', datetime('now', '+1 minute'))`);
      const stay = all.filter((key) => !key.startsWith('old') && key !== 'ancient');
      expect(stay).toHaveLength(12);
      expect(keys(workspace, 'all.db', 'cached')).toEqual([...stay, 'new'].sort());
    }
  });

  it('stay for a time of grace', async () => {
    const workspace = workspaceWith('2d');
    await migrate(workspace);
    const all = keys(workspace, 'cache.db', 'entries');
    native(
      workspace,
      `INSERT INTO cached VALUES ('one day', strftime('%s', 'now') - ${DAY})`,
      `INSERT INTO cached VALUES ('three days', datetime('now', '-3 days'))`,
    );
    expect(keys(workspace, 'all.db', 'cached')).toEqual([...all.filter((key) => key !== 'ancient'), 'one day'].sort());
  });

  it('are left to a trigger that is there already', async () => {
    const own = `CREATE TRIGGER clean AFTER INSERT ON entries WHEN new.key = 'clean' BEGIN DELETE FROM entries WHERE expires_at < 'z'; END;`;
    const workspace = workspaceWith(undefined, own);
    await migrate(workspace);
    const triggers = query(
      workspace,
      'all.db',
      `SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'cached'`,
    );
    expect(triggers).toEqual([[`text:${Buffer.from('clean').toString('hex')}`]]);
  });
});

describe('the tables that a target keeps about itself', () => {
  it('say its version and what every table and view is, and take more', async () => {
    const workspace = workspaceWith();
    await migrate(workspace);
    const text = (value: string) => `text:${Buffer.from(value).toString('hex')}`;
    expect(query(workspace, 'all.db', 'PRAGMA user_version')).toEqual([['integer:3']]);
    expect(query(workspace, 'all.db', 'SELECT version FROM schema_version')).toEqual([['integer:3']]);
    const missing = `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%' EXCEPT SELECT table_name FROM system_schema_metadata`;
    expect(query(workspace, 'all.db', missing)).toEqual([]);
    expect(
      query(
        workspace,
        'all.db',
        `SELECT source_databases, columns FROM system_schema_metadata WHERE table_name = 'cached'`,
      ),
    ).toEqual([[text('cache.db'), text('["key","expires_at"]')]]);
    native(
      workspace,
      `INSERT INTO schema_version VALUES (4, 'next', datetime('now'))`,
      `UPDATE system_schema_metadata SET purpose = 'changed' WHERE table_name = 'cached'`,
    );
    expect(query(workspace, 'all.db', 'SELECT max(version) FROM schema_version')).toEqual([['integer:4']]);
  });
});
