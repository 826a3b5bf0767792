import { ConsolidationError } from '../../errors';
import { isPowerOfTwo, readUint32 } from './bytes';
import { corrupt } from './corrupt';

export type TextEncoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be';

/** The database header: the first 100 bytes of page 1 (file format, section 1.3). */
export interface DatabaseHeader {
  /** 512 to 65536, a power of two. */
  readonly pageSize: number;
  /** 1: rollback journal, 2: WAL. Above 2 the file must not be written. */
  readonly writeVersion: number;
  /** 1: rollback journal, 2: WAL. */
  readonly readVersion: number;
  /** Unused bytes at the end of each page. */
  readonly reservedBytes: number;
  readonly changeCounter: number;
  /** In-header database size in pages; to be believed only when `pageCountValid`. */
  readonly pageCount: number;
  readonly pageCountValid: boolean;
  /** First freelist trunk page, 0 when the freelist is empty. */
  readonly freelistTrunk: number;
  readonly freelistPages: number;
  readonly schemaCookie: number;
  /** 1 to 4; 0 in a database without any object. */
  readonly schemaFormat: number;
  readonly defaultCacheSize: number;
  /** Non-zero in auto-vacuum files, which have pointer map pages. */
  readonly largestRootPage: number;
  readonly incrementalVacuum: boolean;
  readonly encoding: TextEncoding;
  /** Signed, as `PRAGMA user_version` prints it. */
  readonly userVersion: number;
  /** Signed, as `PRAGMA application_id` prints it. */
  readonly applicationId: number;
  readonly versionValidFor: number;
  /** `SQLITE_VERSION_NUMBER` of the library that wrote last. */
  readonly sqliteVersion: number;
}

export const HEADER_BYTES = 100;
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

export function hasMagic(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Parses and validates the header as SQLite does when it opens a file.
 * @param bytes at least the first 100 bytes of page 1
 * @throws ConsolidationError `DATABASE_ENCRYPTED_OR_UNKNOWN` without the magic string, `DATABASE_CORRUPT` on a bad field
 */
export function parseHeader(bytes: Uint8Array, file: string): DatabaseHeader {
  if (!hasMagic(bytes)) throw notADatabase(file);
  if (bytes.length < HEADER_BYTES) throw corrupt(file, 1, `only ${bytes.length} of the 100 bytes of the header exist`);
  const stored = (bytes[16] << 8) | (bytes[17] << 16);
  if (!isPowerOfTwo(stored) || stored < 512 || stored > 65536) {
    throw corrupt(file, 1, `the page size field holds ${(bytes[16] << 8) | bytes[17]}`);
  }
  if (bytes[19] > 2) throw corrupt(file, 1, `the read version is ${bytes[19]}, only 1 and 2 are defined`);
  if (bytes[21] !== 64 || bytes[22] !== 32 || bytes[23] !== 32) {
    throw corrupt(file, 1, `the payload fractions are ${bytes[21]}, ${bytes[22]}, ${bytes[23]} instead of 64, 32, 32`);
  }
  if (stored - bytes[20] < 480) throw corrupt(file, 1, `${bytes[20]} reserved bytes leave less than 480 usable ones`);
  const schemaFormat = readUint32(bytes, 44);
  if ((schemaFormat & 0xff) > 4) throw corrupt(file, 1, `schema format ${schemaFormat} is not defined`);
  const changeCounter = readUint32(bytes, 24);
  const versionValidFor = readUint32(bytes, 92);
  const pageCount = readUint32(bytes, 28);
  return {
    pageSize: stored,
    writeVersion: bytes[18],
    readVersion: bytes[19],
    reservedBytes: bytes[20],
    changeCounter,
    pageCount,
    pageCountValid: pageCount !== 0 && changeCounter === versionValidFor,
    freelistTrunk: readUint32(bytes, 32),
    freelistPages: readUint32(bytes, 36),
    schemaCookie: readUint32(bytes, 40),
    schemaFormat,
    defaultCacheSize: readUint32(bytes, 48) | 0,
    largestRootPage: readUint32(bytes, 52),
    incrementalVacuum: readUint32(bytes, 64) !== 0,
    // SQLite looks at two bits only and takes 0 for UTF-8.
    encoding: (['UTF-8', 'UTF-8', 'UTF-16le', 'UTF-16be'] as const)[bytes[59] & 3],
    userVersion: readUint32(bytes, 60) | 0,
    applicationId: readUint32(bytes, 68) | 0,
    versionValidFor,
    sqliteVersion: readUint32(bytes, 96),
  };
}

/** Header of a database that has no page yet: a file of 0 bytes, which SQLite takes for an empty database. */
export const EMPTY_HEADER: DatabaseHeader = {
  pageSize: 4096,
  writeVersion: 1,
  readVersion: 1,
  reservedBytes: 0,
  changeCounter: 0,
  pageCount: 0,
  pageCountValid: false,
  freelistTrunk: 0,
  freelistPages: 0,
  schemaCookie: 0,
  schemaFormat: 0,
  defaultCacheSize: 0,
  largestRootPage: 0,
  incrementalVacuum: false,
  encoding: 'UTF-8',
  userVersion: 0,
  applicationId: 0,
  versionValidFor: 0,
  sqliteVersion: 0,
};

function notADatabase(file: string): ConsolidationError {
  return new ConsolidationError(
    'DATABASE_ENCRYPTED_OR_UNKNOWN',
    `${file} does not begin with the SQLite header: it is encrypted or another format. Decrypt it first, or give it the ` +
      `disposition "keep" in the plan.`,
    { database: file },
  );
}
