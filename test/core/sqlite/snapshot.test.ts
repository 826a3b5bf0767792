import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { countRows } from '../../../src/core/sqlite/digest/digest';
import { openImage } from '../../../src/core/sqlite/image/image';
import { readSchema } from '../../../src/core/sqlite/schema/schema';
import { snapshotDatabase } from '../../../src/core/sqlite/image/snapshot';
import { folderState } from './support/contents';
import { scratchFolder } from './support/oracle';
import { heldPython, python } from './support/python';

const scratch = scratchFolder('snapshot');

/** A fresh folder with a database of 100 rows in table t, and one for the copies. */
function prepare(name: string, journalMode: string): { file: string; folder: string; copies: string } {
  const folder = path.join(scratch, name);
  const copies = path.join(scratch, `${name}-copies`);
  mkdirSync(folder);
  const file = path.join(folder, 'live.db');
  python(
    `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute('PRAGMA synchronous = OFF')
db.execute('PRAGMA page_size = 1024')
db.execute('PRAGMA journal_mode = ' + sys.argv[2])
db.execute('CREATE TABLE t(id INTEGER PRIMARY KEY, x)')
db.execute('BEGIN')
db.executemany('INSERT INTO t(x) VALUES (?)', [('x' * 300,)] * 100)
db.execute('COMMIT')`,
    file,
    journalMode,
  );
  return { file, folder, copies };
}

async function rowsOf(file: string): Promise<number> {
  const image = await openImage(file);
  try {
    const [table] = (await readSchema(image)).tables;
    return await countRows(image, table!);
  } finally {
    image.close();
  }
}

/** Changes most pages in a transaction that stays open, its pages spilled into the file. */
const OPEN_TRANSACTION = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute('PRAGMA synchronous = OFF')
db.execute('PRAGMA cache_size = 2')
db.execute('PRAGMA cache_spill = 1')
for pragma in sys.argv[2:]: db.execute('PRAGMA ' + pragma)
db.execute('BEGIN')
db.execute("UPDATE t SET x = 'y' || x")
db.execute('DELETE FROM t WHERE id > 50')`;

describe('a snapshot', () => {
  it('is a byte copy with its hashes and times, and leaves the sources as they were', async () => {
    const { file, folder, copies } = prepare('plain', 'delete');
    const before = folderState(folder);
    const snapshot = await snapshotDatabase(file, copies);
    expect(snapshot.files).toHaveLength(1);
    const [copy] = snapshot.files;
    expect(readFileSync(copy!.copy)).toEqual(readFileSync(file));
    expect(copy).toMatchObject({
      source: file,
      bytes: readFileSync(file).length,
      sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    });
    expect(folderState(folder)).toEqual(before);
    expect(readdirSync(copies)).toEqual(['live.db']);
  });

  it('takes the -wal along while its writer lives, and counts committed rows only', async () => {
    const { file, folder, copies } = prepare('wal', 'wal');
    const writer = await heldPython(
      `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute('PRAGMA synchronous = OFF')
db.execute('PRAGMA cache_size = 2')
db.execute("INSERT INTO t(x) VALUES ('committed')")
db.execute('BEGIN')
db.execute("INSERT INTO t(x) SELECT x FROM t")`,
      file,
    );
    try {
      const before = folderState(folder);
      const { files } = await snapshotDatabase(file, copies);
      expect(files.map(({ copy }) => path.basename(copy))).toEqual(['live.db', 'live.db-wal']);
      expect(await rowsOf(path.join(copies, 'live.db'))).toBe(101);
      expect(folderState(folder)).toEqual(before);
    } finally {
      await writer.end();
    }
  });

  it('of a transaction under way with a rollback journal is the state before it', async () => {
    const { file, folder, copies } = prepare('journal', 'delete');
    const writer = await heldPython(OPEN_TRANSACTION, file);
    try {
      const before = folderState(folder);
      expect(before.some((line) => line.startsWith('live.db-journal'))).toBe(true);
      const { files } = await snapshotDatabase(file, copies);
      expect(files.map(({ copy }) => path.basename(copy))).toEqual(['live.db', 'live.db-journal']);
      expect(await rowsOf(path.join(copies, 'live.db'))).toBe(100);
      expect(folderState(folder)).toEqual(before);
    } finally {
      await writer.end();
    }
  });

  it('gives up on a transaction that leaves no journal, and names the process', async () => {
    const { file, copies } = prepare('busy', 'delete');
    const writer = await heldPython(OPEN_TRANSACTION, file, 'journal_mode = MEMORY');
    try {
      await expect(snapshotDatabase(file, copies, { patience: 150 })).rejects.toMatchObject({
        code: 'LEGACY_DATABASE_BUSY',
        message: expect.stringMatching(new RegExp(`python3\\S* \\(process ${writer.pid}\\)`)) as string,
      });
      expect(readdirSync(copies)).toEqual([]);
    } finally {
      await writer.end();
    }
  });

  it('keeps the super-journal, so that the copy rolls back after the original has been recovered', async () => {
    const { file, folder, copies } = prepare('super', 'delete');
    const other = path.join(folder, 'other.db');
    // Killed between the two commits of a transaction over two files: SQLite deletes the super-journal to commit them.
    python(
      `import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute('PRAGMA synchronous = OFF')
db.execute('ATTACH ? AS other', (sys.argv[2],))
db.execute('CREATE TABLE other.t(x)')
db.execute('PRAGMA cache_size = 2')
db.execute('PRAGMA cache_spill = 1')
db.execute('BEGIN')
db.execute("UPDATE main.t SET x = 'y' || x")
db.execute('DELETE FROM main.t WHERE id > 50')
import struct
name = (sys.argv[1] + '-mj12345678').encode()
with open(name, 'wb') as super_journal: super_journal.write((sys.argv[1] + '-journal').encode() + b'\\0')
total = sum(byte - 256 if byte > 127 else byte for byte in name) & 0xFFFFFFFF
with open(sys.argv[1] + '-journal', 'ab') as journal:
    journal.write(struct.pack('>I', 0x40000000 // 1024 + 1) + name + struct.pack('>II', len(name), total) + bytes.fromhex('d9d505f920a163d7'))
os._exit(0)`,
      file,
      other,
    );
    const { files } = await snapshotDatabase(file, copies);
    expect(files.map(({ copy }) => path.basename(copy))).toEqual(['live.db', 'live.db-journal', 'live.db-mj12345678']);
    rmSync(`${file}-mj12345678`);
    expect(await rowsOf(path.join(copies, 'live.db'))).toBe(100);
    // Without its super-journal the transaction counts as committed, as it does for SQLite.
    const image = await openImage(file);
    expect(image.hotJournal).toBe(false);
    image.close();
  });

  it('is cancelled without a trace', async () => {
    const { file, copies } = prepare('cancel', 'delete');
    const controller = new AbortController();
    const done = snapshotDatabase(file, copies, { signal: controller.signal, progress: () => controller.abort() });
    await expect(done).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(existsSync(copies) ? readdirSync(copies) : []).toEqual([]);
  });

  it('of a file that is not there says so', async () => {
    await expect(snapshotDatabase(path.join(scratch, 'none.db'), path.join(scratch, 'none'))).rejects.toMatchObject({
      code: 'LEGACY_DATABASE_MISSING',
    });
  });
});
