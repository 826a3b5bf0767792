import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkImage } from '../../../src/core/sqlite/check/check-image';
import { digestTable } from '../../../src/core/sqlite/digest/digest';
import { openImage } from '../../../src/core/sqlite/image/image';
import { readSchema } from '../../../src/core/sqlite/schema/schema';
import { scratchFolder } from './support/oracle';
import { python } from './support/python';

/** Values of every kind behind a blob whose end lies around the first megabyte of the record; `short` has them alone. */
const MAKE = `
import json, sqlite3, sys
sys.path.insert(0, sys.argv[1])
from digest import digest_table
db = sqlite3.connect(sys.argv[2], isolation_level=None)
db.execute("PRAGMA encoding = '%s'" % sys.argv[3])
db.execute("CREATE TABLE long(big BLOB, a INTEGER, b, c REAL, d TEXT, e)")
db.execute("CREATE INDEX by_a ON long(a, c)")
values = [(1, 0), (-2, 200), (40000, -9000000), (2**31, -2**40), (2**62, -2**63), (0, 1), (None, None)]
for length in [2**20 + step for step in range(-40, 12, 2)] + [2**21]:
    for a, b in values[length % 7 :][:2]:
        db.execute("INSERT INTO long VALUES (zeroblob(?), ?, ?, ?, ?, ?)", (length, a, b, length * 0.5, "text %d é漢" % length, b"\\x00\\xff" * 3))


db.execute("CREATE TABLE short(a INTEGER, b, c REAL, d TEXT, e)")
db.execute("INSERT INTO short SELECT a, b, c, d, e FROM long")
print(json.dumps(digest_table(db, "short")))
`;

describe.each(['UTF-8', 'UTF-16le'])('a row of more than a megabyte in %s', (encoding) => {
  const folder = scratchFolder('long');

  it('gives each value behind it as native SQLite does', async () => {
    const file = path.join(folder, 'long.db');
    const [rows, digest] = python<[number, string]>(MAKE, path.join(__dirname, 'oracle'), file, encoding);
    const image = await openImage(file);
    try {
      const { tables } = await readSchema(image);
      for (const name of ['short', 'long']) {
        const table = tables.find((candidate) => candidate.name === name)!;
        const found = await digestTable(image, table, ['a', 'b', 'c', 'd', 'e']);
        expect([name, found.rows, found.digest]).toEqual([name, rows, digest]);
      }
      expect(await checkImage(image)).toEqual([]);
    } finally {
      image.close();
    }
  });
});
