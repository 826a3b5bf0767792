/** A record in memory, or its beginning, with its header taken apart (file format, section 2.1): what `Row` shows. */
export interface RecordWindow {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where the record begins in `bytes`. */
  readonly start: number;
  /** How much of the record `bytes` holds. */
  readonly availableBytes: number;
  /** Fields in the record. */
  readonly fieldCount: number;
  /** Serial type of each field. */
  readonly serialTypes: Uint32Array;
  /** Offset of each field's content, from the begin of the record. */
  readonly offsets: Uint32Array;
  /** Copies a part of the record into `target`. */
  read(from: number, target: Uint8Array): void;
}
