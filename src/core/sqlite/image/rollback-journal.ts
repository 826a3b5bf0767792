import { isPowerOfTwo, readUint32 } from '../format/bytes';
import { FileReader } from './file-reader';
import { PageIndex } from './page-index';
import { findSuperJournal, isJournalMagic, readSuperJournalName } from './super-journal';

/** What a hot rollback journal restores (file format, section 3). */
export interface RollbackJournal {
  /** Page size of the journal's records. It is that of the database, unless a VACUUM changed it. */
  readonly pageSize: number;
  /** Size of the database before the transaction, in pages of `pageSize`. */
  readonly pageCount: number;
  /** Page number to the offset of its original content in `reader`. */
  readonly offsets: PageIndex;
  readonly reader: FileReader;
}

/** Least size that SQLite looks for a header in: the sector size it assumes before it has read the header. */
const SMALLEST_HEADER = 512;
const PENDING_BYTE = 0x40000000;

/**
 * Reads `FILE-journal` as SQLite's recovery does (`pager_playback`): nothing when the journal is missing, finished
 * (truncated, or its header overwritten), or its super-journal is gone. The caller closes `reader`.
 * @param databasePageSize used for journals older than SQLite 3.5.8, which do not say their page size
 */
export function readRollbackJournal(database: string, databasePageSize: number): RollbackJournal | undefined {
  const reader = openIfPresent(`${database}-journal`);
  if (!reader) return undefined;
  const journal = isFinished(reader, database) ? undefined : playBack(reader, databasePageSize);
  if (!journal) reader.close();
  return journal;
}

export function openIfPresent(file: string): FileReader | undefined {
  try {
    return new FileReader(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isFinished(reader: FileReader, database: string): boolean {
  if (reader.size < SMALLEST_HEADER || reader.read(0, 1)[0] === 0) return true;
  const superJournal = readSuperJournalName(reader);
  return superJournal !== undefined && findSuperJournal(superJournal, database) === undefined;
}

function playBack(reader: FileReader, databasePageSize: number): RollbackJournal | undefined {
  const first = reader.read(0, 28);
  if (!isJournalMagic(first)) return undefined;
  const sectorSize = readUint32(first, 20);
  const pageSize = readUint32(first, 24) || databasePageSize;
  if (!isPowerOfTwo(pageSize) || pageSize < 512 || pageSize > 65536) return undefined;
  if (!isPowerOfTwo(sectorSize) || sectorSize < 32 || sectorSize > 65536) return undefined;

  const pageCount = readUint32(first, 16);
  const offsets = new PageIndex();
  // Segments, each with a header that fills a sector, until a header or a record is not valid.
  let offset = 0;
  while (offset === 0 || offset + sectorSize <= reader.size) {
    const header = reader.read(offset, 16);
    if (!isJournalMagic(header)) break;
    const end = readSegment(reader, header, offset + sectorSize, { pageSize, pageCount, offsets });
    if (end === undefined) break;
    offset = Math.ceil(end / sectorSize) * sectorSize;
  }
  return { pageSize, pageCount, offsets, reader };
}

/** @returns the offset after the last record, or undefined when the journal ends within the segment */
function readSegment(
  reader: FileReader,
  header: Uint8Array,
  start: number,
  { pageSize, pageCount, offsets }: Pick<RollbackJournal, 'pageSize' | 'pageCount' | 'offsets'>,
): number | undefined {
  const recordBytes = pageSize + 8;
  const lockBytePage = PENDING_BYTE / pageSize + 1;
  const stored = readUint32(header, 8);
  const nonce = readUint32(header, 12);
  // -1: as many as fit, as processes write that never sync.
  const records = stored === 0xffffffff ? Math.floor((reader.size - start) / recordBytes) : stored;
  const content = new Uint8Array(pageSize);
  let offset = start;
  for (let record = 0; record < records; record++, offset += recordBytes) {
    if (offset + recordBytes > reader.size) return undefined;
    const page = readUint32(reader.read(offset, 4), 0);
    if (page === 0 || page === lockBytePage) return undefined;
    // Pages past the original end are of no use, whatever their checksum.
    if (page > pageCount) continue;
    reader.copy(offset + 4, content);
    if (checksum(content, nonce) !== readUint32(reader.read(offset + 4 + pageSize, 4), 0)) return undefined;
    offsets.set(page, offset + 4);
  }
  return offset;
}

/** A sparse sum: every 200th byte from the end, the first byte never among them. */
function checksum(page: Uint8Array, nonce: number): number {
  let sum = nonce;
  for (let index = page.length - 200; index > 0; index -= 200) sum = (sum + page[index]) >>> 0;
  return sum;
}
