/** Writes `-wal` and `-journal` files byte by byte, as the file format describes them, right or deliberately wrong. */

export interface Frame {
  readonly page: number;
  readonly content: Uint8Array;
  /** Size of the database after the commit that this frame ends, in pages; 0 in the midst of a transaction. */
  readonly commit?: number;
  /** Another generation's salts. */
  readonly salts?: readonly [number, number];
}

export interface WalOptions {
  readonly pageSize: number;
  readonly bigEndian?: boolean;
  readonly salts?: readonly [number, number];
  readonly version?: number;
}

export function writeAheadLog(frames: readonly Frame[], options: WalOptions): Buffer {
  const { pageSize, bigEndian = false, salts = [0x1234567, 0x89abcdef], version = 3007000 } = options;
  const header = Buffer.alloc(32);
  [0x377f0682 + (bigEndian ? 1 : 0), version, pageSize, 7, ...salts].forEach((word, index) =>
    header.writeUInt32BE(word, 4 * index),
  );
  let sums = checksum([0, 0], header.subarray(0, 24), bigEndian);
  sums.forEach((sum, index) => header.writeUInt32BE(sum, 24 + 4 * index));
  const parts = [header];
  for (const { page, content, commit = 0, salts: own = salts } of frames) {
    const frame = Buffer.alloc(24);
    [page, commit, ...own].forEach((word, index) => frame.writeUInt32BE(word, 4 * index));
    sums = checksum(checksum(sums, frame.subarray(0, 8), bigEndian), content, bigEndian);
    sums.forEach((sum, index) => frame.writeUInt32BE(sum, 16 + 4 * index));
    parts.push(frame, Buffer.from(content));
  }
  return Buffer.concat(parts);
}

function checksum([first, second]: readonly number[], bytes: Uint8Array, bigEndian: boolean): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let one = first!;
  let two = second!;
  for (let at = 0; at < bytes.length; at += 8) {
    one = (one + view.getUint32(at, !bigEndian) + two) >>> 0;
    two = (two + view.getUint32(at + 4, !bigEndian) + one) >>> 0;
  }
  return [one, two];
}

export interface Segment {
  /** Number of records in the segment's header; how many there are by default. */
  readonly count?: number;
  readonly records: readonly { readonly page: number; readonly content: Uint8Array; readonly damaged?: boolean }[];
}

export interface JournalOptions {
  readonly pageSize: number;
  readonly pageCount: number;
  readonly sectorSize?: number;
  readonly nonce?: number;
}

export function rollbackJournal(segments: readonly Segment[], options: JournalOptions): Buffer {
  const { pageSize, pageCount, sectorSize = 512, nonce = 0xdecafbad } = options;
  const parts: Buffer[] = [];
  let size = 0;
  const push = (part: Buffer) => {
    parts.push(part);
    size += part.length;
  };
  for (const { records, count = records.length } of segments) {
    push(Buffer.alloc((sectorSize - (size % sectorSize)) % sectorSize));
    const header = Buffer.alloc(sectorSize);
    Buffer.from('d9d505f920a163d7', 'hex').copy(header);
    [count, nonce, pageCount, sectorSize, pageSize].forEach((word, index) =>
      header.writeUInt32BE(word >>> 0, 8 + 4 * index),
    );
    push(header);
    for (const { page, content, damaged } of records) {
      const record = Buffer.alloc(pageSize + 8);
      record.writeUInt32BE(page);
      record.set(content, 4);
      let sum = nonce;
      for (let at = pageSize - 200; at > 0; at -= 200) sum = (sum + content[at]!) >>> 0;
      record.writeUInt32BE((sum + (damaged ? 1 : 0)) >>> 0, pageSize + 4);
      push(record);
    }
  }
  return Buffer.concat(parts);
}

/** What ends the journal of a transaction over several files. */
export function superJournalRecord(name: string, pageSize: number): Buffer {
  const bytes = Buffer.from(name);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(bytes.length);
  numbers.writeUInt32BE(
    bytes.reduce((sum, byte) => (sum + ((byte << 24) >> 24)) >>> 0, 0),
    4,
  );
  const lockPage = Buffer.alloc(4);
  lockPage.writeUInt32BE(0x40000000 / pageSize + 1);
  return Buffer.concat([lockPage, bytes, numbers, Buffer.from('d9d505f920a163d7', 'hex')]);
}
