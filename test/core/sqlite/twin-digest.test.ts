import { copyFileSync, closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestTable } from '../../../src/core/sqlite/digest/digest';
import { digestTwins } from '../../../src/core/sqlite/digest/twin-digest';
import { openImage } from '../../../src/core/sqlite/image/image';
import { readSchema } from '../../../src/core/sqlite/schema/schema';
import { python, temporaryWorkspace } from '../../support/workspace';

const COLUMNS = ['k', 'a', 'b', 'c'];

/** Some leaves, rows in overflow pages, short rows with a column's default, and the same without a rowid. */
const MAKE = `
import sqlite3
db = sqlite3.connect("one.db", isolation_level=None)
for name, options in (("rows", ""), ("keyed", "WITHOUT ROWID")):
    db.execute(f"CREATE TABLE {name}(k INTEGER PRIMARY KEY NOT NULL, a TEXT, b REAL) {options}")
    db.execute(f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
      INSERT INTO {name} SELECT i, hex(i * 7919), i * 0.5 FROM n""")
    db.execute(f"ALTER TABLE {name} ADD COLUMN c TEXT DEFAULT 'later'")
    db.execute(f"INSERT INTO {name} SELECT 1000 + k, hex(randomblob(3000)), k, 'x' FROM {name} WHERE k % 50 = 0")
db.close()
`;

/** `digestTwins` against `digestTable` of each side. */
async function bothWays(workspace: string, name: string, other = name, columns: readonly string[] = COLUMNS) {
  const images = await Promise.all(['one.db', 'two.db'].map((file) => openImage(path.join(workspace, file))));
  try {
    const twins = await Promise.all(
      images.map(async (image, index) => ({
        image,
        table: (await readSchema(image)).tables.find((table) => table.name === (index === 0 ? name : other))!,
        columns,
      })),
    );
    const [one, two] = twins;
    return {
      together: await digestTwins(one!, two!),
      apart: await Promise.all(twins.map((twin) => digestTable(twin.image, twin.table, twin.columns))),
    };
  } finally {
    for (const image of images) image.close();
  }
}

function made(change = ''): string {
  const workspace = temporaryWorkspace();
  python(workspace, MAKE);
  copyFileSync(path.join(workspace, 'one.db'), path.join(workspace, 'two.db'));
  if (change) python(workspace, `import sqlite3\ndb = sqlite3.connect("two.db", isolation_level=None)\n${change}`);
  return workspace;
}

describe('two tables digested together', () => {
  it.each([
    ['that are the same', ''],
    ['of which one has another value', `db.execute("UPDATE rows SET a = 'other' WHERE k = 450")`],
    ['of which one has a row less', `db.execute("DELETE FROM rows WHERE k = 450")`],
    ['of which one is empty', `db.execute("DELETE FROM rows")`],
    ['of which one has many rows more', `db.execute("INSERT INTO rows(k, a) SELECT 5000 + k, a FROM rows")`],
    [
      'with another default of the column that came later',
      `db.execute("PRAGMA writable_schema = ON"); db.execute("UPDATE sqlite_schema SET sql = replace(sql, 'later', 'LATER')")`,
    ],
    [
      'with other page numbers',
      `db.execute("CREATE TABLE before(x)"); db.execute("INSERT INTO before VALUES (zeroblob(90000))"); db.execute("DROP TABLE keyed"); db.execute("VACUUM")`,
    ],
  ])('have the digests they have apart: tables %s', async (_, change) => {
    const workspace = made(change);
    const { together, apart } = await bothWays(workspace, 'rows');
    expect(together).toEqual(apart);
    expect(together[0].digest === together[1].digest).toBe(change === '' || change.includes('VACUUM'));
  });

  it('have the digests they have apart: without a rowid, in another order, of another kind, with the rowid', async () => {
    const workspace = made();
    for (const [one, other, columns] of [
      ['keyed', 'keyed', COLUMNS],
      ['rows', 'keyed', COLUMNS],
      ['rows', 'rows', ['c', 'a']],
      ['rows', 'rows', ['rowid', 'b']],
    ] as const) {
      const { together, apart } = await bothWays(workspace, one, other, columns);
      expect(together).toEqual(apart);
    }
  });

  it('see a byte that differs in an overflow page, which the leaf does not show', async () => {
    const workspace = made();
    const file = path.join(workspace, 'two.db');
    const bytes = readFileSync(file);
    const pages = bytes.length / 4096;
    const { rows } = JSON.parse(
      python(
        workspace,
        `import json, sqlite3; print(json.dumps({"rows": sqlite3.connect("two.db").execute("SELECT a FROM rows WHERE k = 1100").fetchone()[0]}))`,
      ),
    ) as { rows: string };
    // The end of the value is on an overflow page of its own.
    const at = bytes.indexOf(Buffer.from(rows.slice(-1000)));
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(pages * 4096);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.from('z'), 0, 1, at + 500);
    closeSync(handle);
    const { together, apart } = await bothWays(workspace, 'rows');
    expect(together).toEqual(apart);
    expect(together[0].digest).not.toBe(together[1].digest);
  });
});
