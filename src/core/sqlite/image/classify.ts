import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { DatabaseKind } from '../../inventory/inventory';
import { ConsolidationError } from '../../errors';
import { HEADER_BYTES, hasMagic, parseHeader } from '../format/header';
import type { DatabaseHeader } from '../format/header';

/** What a file is, as far as its size and first bytes tell. `corrupt` here means its header; pages are looked at later. */
export interface Classification {
  readonly kind: DatabaseKind;
  readonly bytes: number;
  /** Name of the format, for files that are not SQLite databases: `gzip`, `DuckDB`, `text`, `encrypted`, … */
  readonly format?: string;
  readonly header?: DatabaseHeader;
  /** What is wrong, for `corrupt` and `truncated`. */
  readonly problem?: { readonly code: string; readonly message: string };
}

const PREFIX_BYTES = 512;

/** @param name how messages call the file. @throws NodeJS.ErrnoException other than "does not exist", e.g. without the permission to read it */
export function classifyFile(file: string, name = file): Classification {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'absent', bytes: 0 };
    throw error;
  }
  try {
    const bytes = fstatSync(descriptor).size;
    const prefix = Buffer.alloc(PREFIX_BYTES);
    const count = readSync(descriptor, prefix, 0, PREFIX_BYTES, 0);
    return classifyPrefix(name, prefix.subarray(0, count), bytes);
  } finally {
    closeSync(descriptor);
  }
}

export function classifyPrefix(name: string, prefix: Uint8Array, bytes: number): Classification {
  // SQLite takes a file of one byte for an empty one, too.
  if (bytes <= 1) return { kind: 'empty', bytes };
  if (isAppleDouble(prefix)) return { kind: 'apple-double', bytes, format: 'AppleDouble' };
  if (!hasMagic(prefix)) return { kind: 'encrypted-or-unknown', bytes, format: guessFormat(prefix, bytes) };
  if (prefix.length < HEADER_BYTES) {
    const message = `${name} ends within its header, after ${bytes} bytes.`;
    return { kind: 'truncated', bytes, problem: { code: 'DATABASE_TRUNCATED', message } };
  }
  try {
    return { kind: 'sqlite', bytes, header: parseHeader(prefix, name) };
  } catch (error) {
    if (!(error instanceof ConsolidationError)) throw error;
    return { kind: 'corrupt', bytes, problem: { code: error.code, message: error.message } };
  }
}

/** What macOS leaves beside files on foreign file systems: `._x.db` holds attributes of `x.db` and no data. */
function isAppleDouble(prefix: Uint8Array): boolean {
  return prefix[0] === 0x00 && prefix[1] === 0x05 && prefix[2] === 0x16 && (prefix[3] === 0x07 || prefix[3] === 0x00);
}

/** Formats that are met under database names, by their first bytes at an offset. */
const SIGNATURES: readonly (readonly [offset: number, signature: string, format: string])[] = [
  [0, '\x1f\x8b', 'gzip'],
  [0, 'PK\x03\x04', 'zip'],
  [0, '7z\xbc\xaf\x27\x1c', '7-Zip'],
  [0, '\x28\xb5\x2f\xfd', 'Zstandard'],
  [0, 'BZh', 'bzip2'],
  [0, '\xfd7zXZ\0', 'xz'],
  [0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'OLE compound file'],
  [4, 'Standard Jet DB', 'Microsoft Access'],
  [4, 'Standard ACE DB', 'Microsoft Access'],
  [8, 'DUCK', 'DuckDB'],
  [0, '** This file contains an SQLite 2.1 database **', 'SQLite 2'],
  [0, '\xd9\xd5\x05\xf9\x20\xa1\x63\xd7', 'SQLite rollback journal'],
  [0, '\x37\x7f\x06\x82', 'SQLite write-ahead log'],
  [0, '\x37\x7f\x06\x83', 'SQLite write-ahead log'],
  [12, '\x61\x15\x06\x00', 'Berkeley DB'],
  [12, '\x62\x31\x05\x00', 'Berkeley DB'],
  [0, '\x13\x57\x9a\xce', 'GDBM'],
  [0, '\xcf\x9a\x57\x13', 'GDBM'],
  [0, '\x89HDF', 'HDF5'],
  [0, 'PAR1', 'Parquet'],
  [0, 'bplist', 'property list'],
  [0, 'version https://git-lfs.github.com/spec/', 'Git LFS pointer'],
];

function guessFormat(prefix: Uint8Array, bytes: number): string {
  const latin1 = Buffer.from(prefix).toString('latin1');
  const known = SIGNATURES.find(([offset, signature]) => latin1.startsWith(signature, offset));
  if (known) return known[2];
  if (prefix.every((byte) => byte === 0)) return 'zeros';
  if (prefix.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))) return 'text';
  // Encrypted pages (SQLCipher, SEE) look random from the first byte on and come in whole pages.
  const distinct = new Set(prefix).size;
  return bytes % 512 === 0 && prefix.length === PREFIX_BYTES && distinct > 180 ? 'encrypted' : 'unknown';
}
