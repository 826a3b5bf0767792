import type { TextEncoding } from '../format/header';
import { isText, serialTypeBytes, SERIAL_REAL } from '../format/serial-type';
import { utf16ToUtf8 } from '../format/utf16';
import type { RecordWindow } from './record-window';

/** How one field of a key sorts. */
export interface KeyField {
  readonly collation: string;
  readonly descending: boolean;
}

/** How two records compare, and the first field in which they differ: the number of fields when they are equal. */
export interface Comparison {
  /** Undefined where a collation that only the writer knows would have to decide, or a record has no such field. */
  readonly order: number | undefined;
  readonly field: number;
}

/**
 * Order of the first fields of two records as SQLite's `sqlite3VdbeRecordCompare` sees it
 * (https://sqlite.org/datatype3.html, section 4.1), for SQLite's own collations. Both must be in memory as far as the
 * fields go: `KeptRecord` holds the key of one that is not.
 */
export function compareRecords(
  a: RecordWindow,
  b: RecordWindow,
  fields: readonly KeyField[],
  encoding: TextEncoding,
): Comparison {
  for (let field = 0; field < fields.length; field++) {
    if (field >= a.fieldCount || field >= b.fieldCount) return { order: undefined, field };
    const { collation, descending } = fields[field]!;
    const order = compareField(a, b, field, collation, encoding);
    if (order === 0) continue;
    return { order: order === undefined ? undefined : descending ? -order : order, field };
  }
  return { order: 0, field: fields.length };
}

/** Is the field NULL? A stored NaN is read as NULL. */
export function isNull(record: RecordWindow, field: number): boolean {
  return rankOf(record, field) === 0;
}

/** NULL before numbers before text before blobs. */
function rankOf(record: RecordWindow, field: number): number {
  const type = record.serialTypes[field]!;
  if (type >= 12) return isText(type) ? 2 : 3;
  if (type === SERIAL_REAL) return Number.isNaN(record.view.getFloat64(record.start + record.offsets[field]!)) ? 0 : 1;
  return type === 0 || type > 9 ? 0 : 1;
}

function compareField(
  a: RecordWindow,
  b: RecordWindow,
  field: number,
  collation: string,
  encoding: TextEncoding,
): number | undefined {
  const rank = rankOf(a, field);
  const other = rankOf(b, field);
  if (rank !== other) return rank - other;
  switch (rank) {
    case 0:
      return 0;
    case 1: {
      const one = numberOf(a, field);
      const two = numberOf(b, field);
      return one < two ? -1 : one > two ? 1 : 0;
    }
    case 2:
      return collation === 'BINARY'
        ? compareBytes(a, b, field)
        : compareText(contentOf(a, field), contentOf(b, field), collation, encoding);
    default:
      return compareBytes(a, b, field);
  }
}

/** Exact: JavaScript compares numbers with big integers by their values. */
function numberOf({ view, start, serialTypes, offsets }: RecordWindow, field: number): number | bigint {
  const at = start + offsets[field]!;
  switch (serialTypes[field]) {
    case 1:
      return view.getInt8(at);
    case 2:
      return view.getInt16(at);
    case 3:
      return (view.getInt8(at) << 16) | view.getUint16(at + 1);
    case 4:
      return view.getInt32(at);
    case 5:
      return view.getInt16(at) * 4294967296 + view.getUint32(at + 2);
    case 6:
      return view.getBigInt64(at);
    case SERIAL_REAL:
      return view.getFloat64(at);
    case 8:
      return 0;
    default:
      return 1;
  }
}

function compareBytes(a: RecordWindow, b: RecordWindow, field: number): number {
  const lengthA = serialTypeBytes(a.serialTypes[field]!);
  const lengthB = serialTypeBytes(b.serialTypes[field]!);
  const length = Math.min(lengthA, lengthB);
  const { bytes: one } = a;
  const { bytes: two } = b;
  const atA = a.start + a.offsets[field]!;
  const atB = b.start + b.offsets[field]!;
  for (let index = 0; index < length; index++) {
    const difference = one[atA + index]! - two[atB + index]!;
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}

function contentOf({ bytes, start, serialTypes, offsets }: RecordWindow, field: number): Uint8Array {
  const at = start + offsets[field]!;
  return bytes.subarray(at, at + serialTypeBytes(serialTypes[field]!));
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
