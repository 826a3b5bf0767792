import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkImage } from '../../../src/core/sqlite/check/check-image';
import { openImage } from '../../../src/core/sqlite/image/image';
import { tableDigests } from './support/contents';
import { scratchFolder } from './support/oracle';
import { python } from './support/python';

/** Four columns are written; the schema is then rewritten to know fewer. Prints what native SQLite reads after that. */
const MAKE = `
import json, sqlite3, sys
sys.path.insert(0, sys.argv[1])
from digest import digest_database
db = sqlite3.connect(sys.argv[2], isolation_level=None)
db.execute("CREATE TABLE t(a TEXT, b, c, d)")
db.execute("CREATE TABLE k(a TEXT PRIMARY KEY, b, c, d) WITHOUT ROWID")
for table in ("t", "k"):
    db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
               "INSERT INTO %s SELECT 'row ' || i, i, CASE i %% 50 WHEN 0 THEN zeroblob(9000) ELSE 1.5 * i END, NULL FROM n" % table)
db.execute("PRAGMA writable_schema = ON")
db.execute("UPDATE sqlite_schema SET sql = replace(sql, ', c, d', '') WHERE type = 'table'")
db.close()
db = sqlite3.connect(sys.argv[2])
print(json.dumps({"integrity": db.execute("PRAGMA integrity_check").fetchone()[0], "digests": digest_database(db)}))
`;

describe('a record with more fields than its table has columns', () => {
  const folder = scratchFolder('surplus');

  it('reads as native SQLite reads it: what is behind the last column is overlooked', async () => {
    const file = path.join(folder, 'surplus.db');
    const native = python<{ integrity: string; digests: Record<string, [number, string]> }>(
      MAKE,
      path.join(__dirname, 'oracle'),
      file,
    );
    const image = await openImage(file);
    try {
      expect(await tableDigests(image)).toEqual(native.digests);
      expect(Object.values(native.digests).map(([rows]) => rows)).toEqual([300, 300]);
      if (native.integrity === 'ok') expect(await checkImage(image)).toEqual([]);
    } finally {
      image.close();
    }
  });
});
