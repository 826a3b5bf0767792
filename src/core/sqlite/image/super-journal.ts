import { existsSync } from 'node:fs';
import path from 'node:path';
import { readUint32 } from '../format/bytes';
import type { FileReader } from './file-reader';

const MAGIC = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
/** `sqlite3_vfs.mxPathname` of SQLite's own file systems: a longer name is not believed. */
const LONGEST_NAME = process.platform === 'win32' ? 1040 : 512;

export function isJournalMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Path of the super-journal that ends a rollback journal of a transaction over several files, if there is one:
 * name, its length, a sum over its bytes, and the magic again (`readSuperJournal` in SQLite's pager).
 */
export function readSuperJournalName(journal: FileReader): string | undefined {
  if (journal.size < 16) return undefined;
  const tail = journal.read(journal.size - 16, 16);
  const length = readUint32(tail, 0);
  if (length === 0 || length > LONGEST_NAME || length > journal.size - 16 || !isJournalMagic(tail.subarray(8))) {
    return undefined;
  }
  const name = journal.read(journal.size - 16 - length, length);
  const expected = readUint32(tail, 4);
  // `char` is signed on some processors and not on others, and the sum was made by whichever wrote the file.
  const signed = name.reduce((sum, byte) => (sum + ((byte << 24) >> 24)) >>> 0, 0);
  const unsigned = name.reduce((sum, byte) => (sum + byte) >>> 0, 0);
  if (signed !== expected && unsigned !== expected) return undefined;
  const end = name.indexOf(0);
  return Buffer.from(end < 0 ? name : name.subarray(0, end)).toString('utf8');
}

/**
 * The super-journal as it can be found today: under its own name, or beside a database that was copied together with it.
 * A super-journal that no longer exists means that the transaction was committed.
 */
export function findSuperJournal(name: string, database: string): string | undefined {
  const beside = path.join(path.dirname(path.resolve(database)), path.basename(name));
  return [name, beside].find((candidate) => existsSync(candidate));
}
