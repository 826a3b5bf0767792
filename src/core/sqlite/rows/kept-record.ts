import { serialTypeBytes } from '../format/serial-type';
import type { RecordWindow } from './record-window';

/** The first fields of a record, copied, so that they outlive the row they were read from. One object takes many in turn. */
export class KeptRecord implements RecordWindow {
  bytes = new Uint8Array(256);
  view = new DataView(this.bytes.buffer);
  readonly start = 0;
  availableBytes = 0;
  fieldCount = 0;
  serialTypes: Uint32Array;
  offsets: Uint32Array;

  /** @param fields how many fields are kept */
  constructor(private readonly fields: number) {
    this.serialTypes = new Uint32Array(fields);
    this.offsets = new Uint32Array(fields);
  }

  keep(row: RecordWindow): void {
    const count = Math.min(this.fields, row.fieldCount);
    this.fieldCount = count;
    let end = 0;
    for (let field = 0; field < count; field++) {
      const type = row.serialTypes[field]!;
      this.serialTypes[field] = type;
      this.offsets[field] = row.offsets[field]!;
      end = row.offsets[field]! + serialTypeBytes(type);
    }
    if (end > this.bytes.length) {
      this.bytes = new Uint8Array(2 * end);
      this.view = new DataView(this.bytes.buffer);
    }
    this.availableBytes = end;
    if (end > row.availableBytes) {
      row.read(0, this.bytes.subarray(0, end));
      return;
    }
    const { bytes } = this;
    const { bytes: from, start } = row;
    // A loop is quicker than a call for the few bytes that most keys have.
    if (end < 64) for (let index = 0; index < end; index++) bytes[index] = from[start + index]!;
    else bytes.set(from.subarray(start, start + end));
  }

  read(from: number, target: Uint8Array): void {
    target.set(this.bytes.subarray(from, from + target.length));
  }
}
