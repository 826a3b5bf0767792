import type { RecordWindow } from './record-window';
import { isText, serialTypeBytes } from '../format/serial-type';
import type { Affinity } from '../format/affinity';
import type { TextEncoding } from '../format/header';
import { utf16ToUtf8 } from '../format/utf16';

/** A value exactly as it is stored. Text is its UTF-8 bytes, which need not be valid. */
export type StoredValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'real'; readonly value: number }
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  | { readonly kind: 'blob'; readonly bytes: Uint8Array };

export const NULL_VALUE: StoredValue = { kind: 'null' };

/** Decodes a field of a record: for the schema, for group keys and for listing rows that differ, not for every row. */
export function decodeField(row: RecordWindow, field: number, encoding: TextEncoding): StoredValue {
  const type = row.serialTypes[field];
  const length = serialTypeBytes(type);
  let { view } = row;
  let at = row.start + row.offsets[field];
  if (row.offsets[field] + length > row.availableBytes) {
    const value = new Uint8Array(length);
    row.read(row.offsets[field], value);
    view = new DataView(value.buffer);
    at = 0;
  }
  switch (type) {
    case 0:
    case 10:
    case 11:
      return NULL_VALUE;
    case 1:
      return { kind: 'integer', value: BigInt(view.getInt8(at)) };
    case 2:
      return { kind: 'integer', value: BigInt(view.getInt16(at)) };
    case 3:
      return { kind: 'integer', value: BigInt((view.getInt8(at) << 16) | view.getUint16(at + 1)) };
    case 4:
      return { kind: 'integer', value: BigInt(view.getInt32(at)) };
    case 5:
      return { kind: 'integer', value: (BigInt(view.getInt16(at)) << 32n) | BigInt(view.getUint32(at + 2)) };
    case 6:
      return { kind: 'integer', value: view.getBigInt64(at) };
    case 7:
      return realValue(view.getFloat64(at));
    case 8:
      return { kind: 'integer', value: 0n };
    case 9:
      return { kind: 'integer', value: 1n };
  }
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length).slice();
  if (!isText(type)) return { kind: 'blob', bytes };
  return { kind: 'text', bytes: encoding === 'UTF-8' ? bytes : utf16ToUtf8(bytes, encoding === 'UTF-16le') };
}

/** SQLite reads a stored NaN as NULL; a zero keeps its sign. */
export function realValue(value: number): StoredValue {
  return Number.isNaN(value) ? NULL_VALUE : { kind: 'real', value };
}

/** A JavaScript value as SQLite would store it in a column of the given affinity. */
export function storedValue(
  value: string | number | bigint | null | Uint8Array,
  affinity: Affinity = 'blob',
): StoredValue {
  if (value === null) return NULL_VALUE;
  if (value instanceof Uint8Array) return { kind: 'blob', bytes: value };
  if (typeof value === 'string') {
    const number = affinity === 'blob' || affinity === 'text' ? undefined : numberOf(value);
    return number === undefined ? { kind: 'text', bytes: Buffer.from(value, 'utf8') } : storedValue(number, affinity);
  }
  if (affinity === 'text') return { kind: 'text', bytes: Buffer.from(String(value), 'utf8') };
  if (affinity === 'real') return realValue(Number(value));
  if (typeof value === 'bigint') return { kind: 'integer', value };
  return Number.isInteger(value) ? { kind: 'integer', value: BigInt(value) } : realValue(value);
}

/** The number that a text looks like in whole, as numeric affinity reads it. */
function numberOf(text: string): number | bigint | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  return /^[+-]?\d{1,18}$/.test(trimmed) ? BigInt(trimmed.replace('+', '')) : Number(trimmed);
}
