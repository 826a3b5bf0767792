import { isPowerOfTwo, readUint32 } from '../format/bytes';
import type { FileReader } from './file-reader';
import { PageIndex } from './page-index';
import { openIfPresent } from './rollback-journal';

/** The committed part of a `-wal` (file format, section 4). */
export interface WriteAheadLog {
  readonly pageSize: number;
  /** Size of the database after the last commit, in pages. */
  readonly pageCount: number;
  /** Page number to the offset of its newest committed content in `reader`. */
  readonly offsets: PageIndex;
  /** Committed frames. */
  readonly frames: number;
  readonly reader: FileReader;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;
const VERSION = 3007000;

/** Two running 32-bit sums over pairs of words (section 4.2). */
interface Checksum {
  first: number;
  second: number;
}

/**
 * Reads `FILE-wal` as SQLite's recovery does (`walIndexRecover`): frames count from the first on while salts and cumulative
 * checksums match, up to the last commit. Nothing when the file is missing, has no valid header or no committed frame.
 * The caller closes `reader`.
 */
export function readWriteAheadLog(database: string): WriteAheadLog | undefined {
  const reader = openIfPresent(`${database}-wal`);
  if (!reader) return undefined;
  const log = recover(reader);
  if (!log) reader.close();
  return log;
}

function recover(reader: FileReader): WriteAheadLog | undefined {
  if (reader.size <= HEADER_BYTES) return undefined;
  const header = reader.read(0, HEADER_BYTES);
  const magic = readUint32(header, 0);
  const pageSize = readUint32(header, 8);
  if ((magic & ~1) !== MAGIC || readUint32(header, 4) !== VERSION) return undefined;
  if (!isPowerOfTwo(pageSize) || pageSize < 512 || pageSize > 65536) return undefined;
  const littleEndian = (magic & 1) === 0;
  const sum: Checksum = { first: 0, second: 0 };
  add(sum, header, 24, littleEndian);
  if (sum.first !== readUint32(header, 24) || sum.second !== readUint32(header, 28)) return undefined;
  const salt1 = readUint32(header, 16);
  const salt2 = readUint32(header, 20);

  const frameBytes = FRAME_HEADER_BYTES + pageSize;
  const present = Math.floor((reader.size - HEADER_BYTES) / frameBytes);
  const offsets = new PageIndex();
  let uncommitted: number[] = [];
  let frames = 0;
  let pageCount = 0;
  const frameHeader = new Uint8Array(FRAME_HEADER_BYTES);
  const content = new Uint8Array(pageSize);
  for (let frame = 0; frame < present; frame++) {
    const offset = HEADER_BYTES + frame * frameBytes;
    reader.copy(offset, frameHeader);
    const page = readUint32(frameHeader, 0);
    if (page === 0 || readUint32(frameHeader, 8) !== salt1 || readUint32(frameHeader, 12) !== salt2) break;
    add(sum, frameHeader, 8, littleEndian);
    reader.copy(offset + FRAME_HEADER_BYTES, content);
    add(sum, content, pageSize, littleEndian);
    if (sum.first !== readUint32(frameHeader, 16) || sum.second !== readUint32(frameHeader, 20)) break;
    uncommitted.push(page);
    const committedPages = readUint32(frameHeader, 4);
    if (committedPages === 0) continue;
    const start = frame + 1 - uncommitted.length;
    uncommitted.forEach((committed, index) =>
      offsets.set(committed, HEADER_BYTES + (start + index) * frameBytes + FRAME_HEADER_BYTES),
    );
    uncommitted = [];
    frames = frame + 1;
    pageCount = committedPages;
  }
  return frames === 0 ? undefined : { pageSize, pageCount, offsets, frames, reader };
}

/** Adds the first `length` bytes, a multiple of 8, in the byte order that the magic number names. */
function add(sum: Checksum, bytes: Uint8Array, length: number, littleEndian: boolean): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let { first, second } = sum;
  for (let index = 0; index < length; index += 8) {
    first = (first + view.getInt32(index, littleEndian) + second) | 0;
    second = (second + view.getInt32(index + 4, littleEndian) + first) | 0;
  }
  sum.first = first >>> 0;
  sum.second = second >>> 0;
}
