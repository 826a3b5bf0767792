import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openImage } from '../../../src/core/sqlite/image/image';
import { readSchema } from '../../../src/core/sqlite/schema/schema';
import { digestTable } from '../../../src/core/sqlite/digest/digest';
import { scratchFolder } from './support/oracle';

/** Schemas that stop or exhaust whoever resolves them without thinking; each a Python expression for a list of statements. */
const SCHEMAS: readonly (readonly [name: string, statements: string])[] = [
  [
    'views that stand for 2^40 tables',
    `["CREATE TABLE t(x)", "CREATE VIEW v0 AS SELECT x FROM t"] + ["CREATE VIEW v%d AS SELECT a.x FROM v%d a, v%d b" % (i, i - 1, i - 1) for i in range(1, 41)]`,
  ],
  [
    'common table expressions that stand for 3^30',
    `["CREATE TABLE t(x)", "CREATE VIEW v AS WITH c0(x) AS (SELECT 1)" + "".join(", c%d(x) AS (SELECT p.x FROM c%d p, c%d q, c%d r)" % (i, i - 1, i - 1, i - 1) for i in range(1, 31)) + " SELECT x FROM c30"]`,
  ],
  ['views that lead to themselves', `["CREATE VIEW a AS SELECT * FROM b", "CREATE VIEW b AS SELECT * FROM a"]`],
  ['a CHECK of 1 MB', `["CREATE TABLE t(x CHECK (x IN (" + ",".join(str(i) for i in range(150000)) + ")))"]`],
  ['a CHECK nested 900 deep', `["CREATE TABLE t(x CHECK (" + "(" * 90 + "x" + ")" * 90 + " AND x" * 800 + "))"]`],
  [
    'a default that would fill the memory',
    `["CREATE TABLE t(x, y DEFAULT (randomblob(1000000000)), z DEFAULT (zeroblob(1000000000)))"]`,
  ],
  [
    '2,000 columns, each with a default',
    `["CREATE TABLE t(" + ", ".join("c%d TEXT DEFAULT 'd%d'" % (i, i) for i in range(2000)) + ")"]`,
  ],
  [
    '600 tables with an index each',
    `[s for i in range(600) for s in ("CREATE TABLE t%d(a, b)" % i, "CREATE INDEX i%d ON t%d(a)" % (i, i))]`,
  ],
  [
    '60 tables of 500 columns',
    `["CREATE TABLE t%d(%s)" % (i, ", ".join("c%d" % c for c in range(500))) for i in range(60)]`,
  ],
];

const MAKE = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA page_size = 1024"); db.execute("PRAGMA synchronous = OFF"); db.execute("BEGIN")
for sql in eval(sys.argv[2]):
    db.execute(sql)
db.execute("COMMIT")
`;

describe('a hostile schema', () => {
  const folder = scratchFolder('hostile');

  it.each(SCHEMAS)('%s is read without a hang', async (name, statements) => {
    const file = path.join(folder, `${name.replaceAll(/[^a-z0-9]/g, ' ')}.db`);
    const made = spawnSync('python3', ['-c', MAKE, file, statements], { encoding: 'utf8' });
    expect(made.stderr).toBe('');
    const image = await openImage(file);
    try {
      const before = process.cpuUsage();
      const { tables } = await readSchema(image);
      for (const table of tables.slice(0, 20)) {
        if (table.kind === 'table')
          await digestTable(
            image,
            table,
            table.columns.map((column) => column.name),
          );
      }
      const { user, system } = process.cpuUsage(before);
      expect(tables.length).toBeGreaterThan(0);
      expect((user + system) / 1e6, 'seconds of processor time').toBeLessThan(3);
    } finally {
      image.close();
    }
  });
});
