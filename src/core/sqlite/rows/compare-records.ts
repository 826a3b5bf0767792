import type { TextEncoding } from '../format/header';
import type { Row } from './row';
import { decodeField } from './stored-value';
import type { StoredValue } from './stored-value';
import { utf16ToUtf8 } from '../format/utf16';

/** How one field of a key sorts. */
export interface KeyField {
  readonly collation: string;
  readonly descending: boolean;
}

/** A key that outlives the row it was read from. */
export type Key = readonly StoredValue[];

export function readKey(row: Row, fields: number, encoding: TextEncoding): Key {
  const key: StoredValue[] = [];
  for (let field = 0; field < fields && field < row.fieldCount; field++) key.push(rawField(row, field, encoding));
  return key;
}

/** Text as it is stored: BINARY compares the bytes of the database's encoding. */
function rawField(row: Row, field: number, encoding: TextEncoding): StoredValue {
  return decodeField(row, field, encoding === 'UTF-8' ? encoding : 'UTF-8');
}

/**
 * Order of two keys as SQLite's `sqlite3VdbeRecordCompare` sees it (https://sqlite.org/datatype3.html, section 4.1), for
 * SQLite's own collations. Undefined as soon as an unknown collation would have to decide.
 */
export function compareKeys(a: Key, b: Key, fields: readonly KeyField[], encoding: TextEncoding): number | undefined {
  for (const [index, { collation, descending }] of fields.entries()) {
    const one = a[index];
    const other = b[index];
    if (one === undefined || other === undefined) return undefined;
    const order = compareValues(one, other, collation, encoding);
    if (order === undefined) return undefined;
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

const RANK = { null: 0, integer: 1, real: 1, text: 2, blob: 3 } as const;

function compareValues(a: StoredValue, b: StoredValue, collation: string, encoding: TextEncoding): number | undefined {
  if (RANK[a.kind] !== RANK[b.kind]) return RANK[a.kind] - RANK[b.kind];
  if ('bytes' in a && 'bytes' in b) {
    return a.kind === 'blob' ? Buffer.compare(a.bytes, b.bytes) : compareText(a.bytes, b.bytes, collation, encoding);
  }
  if ('value' in a && 'value' in b) return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  return 0;
}

function compareText(a: Uint8Array, b: Uint8Array, collation: string, encoding: TextEncoding): number | undefined {
  switch (collation.toUpperCase()) {
    case 'BINARY':
      return Buffer.compare(a, b);
    case 'NOCASE':
      return compareIgnoringCase(utf8(a, encoding), utf8(b, encoding));
    case 'RTRIM':
      return Buffer.compare(withoutTrailingSpaces(utf8(a, encoding)), withoutTrailingSpaces(utf8(b, encoding)));
    default:
      return undefined;
  }
}

/** NOCASE and RTRIM work on UTF-8 alone, BINARY on whatever is stored. */
function utf8(bytes: Uint8Array, encoding: TextEncoding): Uint8Array {
  return encoding === 'UTF-8' ? bytes : utf16ToUtf8(bytes, encoding === 'UTF-16le');
}

/** `sqlite3_strnicmp` over the shorter length, which stops at a NUL, and then the lengths. */
function compareIgnoringCase(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const one = lower(a[index]!);
    const other = lower(b[index]!);
    if (one !== other) return one - other;
    if (one === 0) break;
  }
  return a.length - b.length;
}

const lower = (byte: number) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

function withoutTrailingSpaces(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0x20) end--;
  return bytes.subarray(0, end);
}
