import { writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { classifyFile } from '../../../src/core/sqlite/image/classify';
import { openImage } from '../../../src/core/sqlite/image/image';
import { scratchFolder } from './support/oracle';
import { python } from './support/python';

const folder = scratchFolder('classify');
const database = path.join(folder, 'good.db');
python("import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE t(x)')", database);

function written(name: string, content: Uint8Array | string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('a file is classified by its content', () => {
  it('as a database', () =>
    expect(classifyFile(database)).toMatchObject({ kind: 'sqlite', header: { pageSize: 4096 } }));
  it('as empty', () => expect(classifyFile(written('empty.db', ''))).toMatchObject({ kind: 'empty', bytes: 0 }));
  it('as absent', () => expect(classifyFile(path.join(folder, 'absent.db'))).toMatchObject({ kind: 'absent' }));

  it.each([
    ['apple-double', '._x.db', Buffer.from('000516070002000000000000', 'hex'), 'AppleDouble'],
    ['encrypted-or-unknown', 'cipher.db', randomBytes(8192), 'encrypted'],
    ['encrypted-or-unknown', 'packed.db', Buffer.from('1f8b0800', 'hex'), 'gzip'],
    [
      'encrypted-or-unknown',
      'duck.db',
      Buffer.concat([Buffer.alloc(8), Buffer.from('DUCK'), Buffer.alloc(80)]),
      'DuckDB',
    ],
    ['encrypted-or-unknown', 'notes.db', 'just some text\n', 'text'],
    ['encrypted-or-unknown', 'zeros.db', Buffer.alloc(4096), 'zeros'],
    [
      'encrypted-or-unknown',
      'lfs.db',
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\n',
      'Git LFS pointer',
    ],
  ])('as %s: %s', (kind, name, content, format) => {
    expect(classifyFile(written(name, content))).toMatchObject({ kind, format });
  });

  it('as truncated when the header itself is cut off', () => {
    expect(classifyFile(written('cut.db', 'SQLite format 3\0\x10'))).toMatchObject({
      kind: 'truncated',
      problem: { code: 'DATABASE_TRUNCATED' },
    });
  });

  it('as corrupt when the header holds what no header can', () => {
    const bytes = Buffer.alloc(4096, 'SQLite format 3\0');
    expect(classifyFile(written('bad.db', bytes))).toMatchObject({
      kind: 'corrupt',
      problem: { code: 'DATABASE_CORRUPT' },
    });
  });
});

describe('an image', () => {
  it('of an empty file is an empty database', async () => {
    const image = await openImage(written('nothing.db', ''));
    expect(image.pageCount).toBe(0);
    image.close();
  });

  it('of a file that ends early says so', async () => {
    const file = path.join(folder, 'short.db');
    python(
      `import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute('CREATE TABLE t(x)')
db.execute("INSERT INTO t VALUES (zeroblob(50000))")
db.commit()
db.close()
os.truncate(sys.argv[1], 20000)`,
      file,
    );
    await expect(openImage(file)).rejects.toMatchObject({ code: 'DATABASE_TRUNCATED', details: { present: 5 } });
  });
});
