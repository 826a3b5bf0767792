/** Serial types of the record format (file format, section 2.1). */
export const SERIAL_NULL = 0;
export const SERIAL_REAL = 7;
export const SERIAL_ZERO = 8;
export const SERIAL_ONE = 9;

const FIXED_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

/** Bytes of content. 10 and 11 are reserved and hold none. */
export function serialTypeBytes(type: number): number {
  return type < 12 ? FIXED_BYTES[type] : (type - 12) >>> 1;
}

export function isText(type: number): boolean {
  return type >= 13 && (type & 1) === 1;
}
