import type { SchemaColumn } from '../schema/schema-table';
import { storedValue } from '../rows/stored-value';
import type { StoredValue } from '../rows/stored-value';

/**
 * Canonical, typed text for a list of values: the key that `digestTableGroups` files a group under.
 * Whole numbers are INTEGER, others REAL, unless `columns` says what the values become when they are stored there.
 */
export function groupKey(
  values: readonly (string | number | bigint | null | Uint8Array)[],
  columns?: readonly Pick<SchemaColumn, 'affinity'>[],
): string {
  return groupKeyOf(values.map((value, index) => storedValue(value, columns?.[index]?.affinity)));
}

export function groupKeyOf(values: readonly StoredValue[]): string {
  return values.map(encode).join('|');
}

/** Lengths make it unambiguous; bytes are written as Latin-1, so that no two byte strings look the same. */
function encode(value: StoredValue): string {
  switch (value.kind) {
    case 'null':
      return 'n';
    case 'integer':
      return `i${value.value}`;
    case 'real': {
      const view = new DataView(new ArrayBuffer(8));
      // -0.0 and 0.0 are one value to SQLite.
      view.setFloat64(0, value.value === 0 ? 0 : value.value);
      return `r${view.getBigUint64(0).toString(16)}`;
    }
    default:
      return `${value.kind[0]}${value.bytes.length}:${Buffer.from(value.bytes).toString('latin1')}`;
  }
}
