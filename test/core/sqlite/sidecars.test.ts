import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openImage } from '../../../src/core/sqlite/image/image';
import { oracle, scratchFolder } from './support/oracle';
import { difference } from './support/recovery';
import type { NativeRecovery } from './support/recovery';
import { rollbackJournal, superJournalRecord, writeAheadLog } from './support/sidecars';
import type { Frame } from './support/sidecars';

/** A database and what lies beside it; expected: the state that recovery gives, or that the sidecar counts for nothing. */
interface Case {
  readonly name: string;
  readonly database: Buffer;
  readonly wal?: Buffer;
  readonly journal?: (file: string) => Buffer;
  readonly expect: { readonly walFrames?: number; readonly hotJournal?: boolean };
}

const PAGE = 1024;
const folder = scratchFolder('sidecars');
/** One database after each of three transactions; the last one made it smaller. */
let states: Buffer[] = [];

const pageOf = (database: Buffer, page: number) => database.subarray((page - 1) * PAGE, page * PAGE);
const pagesOf = (database: Buffer) => database.length / PAGE;

/** The frames of a transaction that turns one state into the other. */
function transaction(from: Buffer, to: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let page = 1; page <= pagesOf(to); page++) {
    if (!pageOf(from, page).equals(pageOf(to, page))) frames.push({ page, content: pageOf(to, page) });
  }
  return frames.map((frame, index) => (index === frames.length - 1 ? { ...frame, commit: pagesOf(to) } : frame));
}

/** The records of a journal that takes one state back to the other. */
function undo(from: Buffer, to: Buffer) {
  const records = [];
  for (let page = 1; page <= pagesOf(to); page++) {
    if (!pageOf(from, page).equals(pageOf(to, page))) records.push({ page, content: pageOf(to, page) });
  }
  return records;
}

function damaged(bytes: Buffer, offset: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[offset]! ^= 0x10;
  return copy;
}

function logCases(): Case[] {
  const [first, second, third] = states as [Buffer, Buffer, Buffer];
  const one = transaction(first, second);
  const two = transaction(second, third);
  const both = [...one, ...two];
  const frameBytes = 24 + PAGE;
  const log = (frames: Frame[], options = {}) => writeAheadLog(frames, { pageSize: PAGE, ...options });
  const noLog = { walFrames: 0, hotJournal: false };
  const database = first;
  return [
    { name: 'little-endian checksums', database, wal: log(one), expect: { walFrames: one.length } },
    { name: 'big-endian checksums', database, wal: log(one, { bigEndian: true }), expect: { walFrames: one.length } },
    {
      name: 'two transactions, the second makes the file smaller',
      database,
      wal: log(both),
      expect: { walFrames: both.length },
    },
    {
      name: 'a transaction without its commit',
      database,
      wal: log([...one, ...two.slice(0, -1)]),
      expect: { walFrames: one.length },
    },
    { name: 'no committed transaction at all', database, wal: log(one.slice(0, -1)), expect: noLog },
    { name: 'a partial last frame', database, wal: log(both).subarray(0, -1), expect: { walFrames: one.length } },
    {
      name: 'only a part of a frame header',
      database,
      wal: log(both).subarray(0, 32 + one.length * frameBytes + 9),
      expect: { walFrames: one.length },
    },
    {
      name: 'a torn page in the second transaction',
      database,
      wal: damaged(log(both), 32 + (one.length + 1) * frameBytes + 600),
      expect: { walFrames: one.length },
    },
    { name: 'a torn page in the first transaction', database, wal: damaged(log(both), 32 + 700), expect: noLog },
    {
      name: 'a torn frame header',
      database,
      wal: damaged(log(both), 32 + one.length * frameBytes + 5),
      expect: { walFrames: one.length },
    },
    {
      name: 'frames of an older generation behind the new ones',
      database,
      wal: log([...one, ...two.map((frame) => ({ ...frame, salts: [1, 2] as const }))]),
      expect: { walFrames: one.length },
    },
    {
      name: 'frames of another generation only',
      database,
      wal: log(one.map((frame) => ({ ...frame, salts: [1, 2] as const }))),
      expect: noLog,
    },
    { name: 'a checkpointed prefix', database: second, wal: log(both), expect: { walFrames: both.length } },
    { name: 'everything checkpointed', database: third, wal: log(both), expect: { walFrames: both.length } },
    { name: 'a damaged header', database, wal: damaged(log(one), 17), expect: noLog },
    { name: 'another magic number', database, wal: damaged(log(one), 0), expect: noLog },
    { name: 'another version', database, wal: log(one, { version: 3007001 }), expect: noLog },
    { name: 'a header alone', database, wal: log([]), expect: noLog },
    { name: 'a log of 0 bytes', database, wal: Buffer.alloc(0), expect: noLog },
    {
      name: 'a frame for page 0',
      database,
      wal: log([...one, { page: 0, content: pageOf(first, 1), commit: 3 }]),
      expect: { walFrames: one.length },
    },
    {
      name: 'a page that a later commit cuts off',
      database,
      wal: log([...one, { page: pagesOf(second) + 5, content: pageOf(first, 2) }, ...two]),
      expect: { walFrames: both.length + 1 },
    },
    {
      name: 'the same page twice in a transaction',
      database,
      wal: log([{ page: 3, content: pageOf(third, 3) }, ...one]),
      expect: { walFrames: one.length + 1 },
    },
    {
      name: 'the log of another database with the same page size',
      database,
      wal: log(transaction(Buffer.alloc(first.length), otherDatabase())),
      expect: { walFrames: pagesOf(otherDatabase()) },
    },
    { name: 'a log beside an empty database', database: Buffer.alloc(0), wal: log(one), expect: noLog },
    { name: 'a log beside a file of one byte', database: Buffer.alloc(1), wal: log(one), expect: noLog },
    {
      name: 'a log that holds the whole database, the file cut off',
      database: first.subarray(0, PAGE),
      wal: log(transaction(Buffer.alloc(second.length), second)),
      expect: { walFrames: pagesOf(second) },
    },
  ];
}

/** Another database of the same page size. */
function otherDatabase(): Buffer {
  const file = path.join(folder, 'other.db');
  execFileSync('python3', [
    '-c',
    'import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); d.executescript("DROP TABLE IF EXISTS o; PRAGMA page_size=1024; VACUUM; CREATE TABLE o(x); INSERT INTO o VALUES (7)")',
    file,
  ]);
  return readFileSync(file);
}

function journalCases(): Case[] {
  const [first, second, third] = states as [Buffer, Buffer, Buffer];
  const options = { pageSize: PAGE, pageCount: pagesOf(first) };
  const records = undo(second, first);
  const whole = (more = {}) => rollbackJournal([{ records }], { ...options, ...more });
  const database = second;
  const hot = { hotJournal: true };
  const cold = { hotJournal: false };
  return [
    { name: 'a journal', database, journal: () => whole(), expect: hot },
    ...[32, 512, 4096, 65536].map((sectorSize): Case => ({
      name: `sectors of ${sectorSize} bytes`,
      database,
      journal: () => whole({ sectorSize }),
      expect: hot,
    })),
    {
      name: 'two segments',
      database,
      journal: () => rollbackJournal([{ records: records.slice(0, 3) }, { records: records.slice(3) }], options),
      expect: hot,
    },
    {
      name: 'three segments in large sectors',
      database,
      journal: () =>
        rollbackJournal([{ records: records.slice(0, 1) }, { records: [] }, { records: records.slice(1) }], {
          ...options,
          sectorSize: 4096,
        }),
      expect: hot,
    },
    {
      name: 'records that are not counted yet',
      database,
      journal: () => rollbackJournal([{ records, count: 0 }], options),
      expect: hot,
    },
    {
      name: 'fewer records counted than there are',
      database,
      journal: () => rollbackJournal([{ records, count: 2 }], options),
      expect: hot,
    },
    {
      name: 'more records counted than there are',
      database,
      journal: () => rollbackJournal([{ records, count: 1000 }], options),
      expect: hot,
    },
    {
      name: 'as many records as fit (synchronous off)',
      database,
      journal: () => rollbackJournal([{ records, count: -1 }], options),
      expect: hot,
    },
    { name: 'a partial last record', database, journal: () => whole().subarray(0, -5), expect: hot },
    {
      name: 'a record with a wrong checksum ends it',
      database,
      journal: () =>
        rollbackJournal([{ records: records.map((record, index) => ({ ...record, damaged: index === 2 })) }], options),
      expect: hot,
    },
    { name: 'another nonce', database, journal: () => whole({ nonce: 1 }), expect: hot },
    {
      name: 'a record for page 0 ends it',
      database,
      journal: () =>
        rollbackJournal([{ records: [records[0]!, { ...records[1]!, page: 0 }, ...records.slice(2)] }], options),
      expect: hot,
    },
    {
      name: 'a record behind the original end is passed over',
      database,
      journal: () =>
        rollbackJournal(
          [{ records: [{ page: 500, content: records[0]!.content, damaged: true }, ...records] }],
          options,
        ),
      expect: hot,
    },
    {
      name: 'a transaction that had made the file smaller',
      database: third,
      journal: () =>
        rollbackJournal([{ records: undo(third, second) }], { pageSize: PAGE, pageCount: pagesOf(second) }),
      expect: hot,
    },
    {
      name: 'the first transaction of a new file',
      database,
      journal: () => rollbackJournal([{ records: [] }], { ...options, pageCount: 0 }),
      expect: {},
    },
    { name: 'a truncated journal (TRUNCATE)', database, journal: () => Buffer.alloc(0), expect: cold },
    {
      name: 'a journal whose header was overwritten (PERSIST)',
      database,
      journal: () => Buffer.concat([Buffer.alloc(28), whole().subarray(28)]),
      expect: cold,
    },
    { name: 'a journal shorter than a sector', database, journal: () => whole().subarray(0, 500), expect: cold },
    { name: 'another magic number', database, journal: () => damaged(whole(), 3), expect: cold },
    { name: 'a page size that cannot be', database, journal: () => damaged(whole(), 26), expect: cold },
    {
      name: 'a super-journal that is there',
      database,
      journal: (file) => {
        writeFileSync(`${file}-mj1`, `${file}-journal\0`);
        return Buffer.concat([whole(), superJournalRecord(`${file}-mj1`, PAGE)]);
      },
      expect: hot,
    },
    {
      name: 'a super-journal that is gone',
      database,
      journal: (file) => Buffer.concat([whole(), superJournalRecord(`${file}-mj2`, PAGE)]),
      expect: cold,
    },
    {
      name: 'a super-journal with a wrong checksum is none',
      database,
      journal: (file) =>
        damaged(Buffer.concat([whole(), superJournalRecord(`${file}-mj3`, PAGE)]), whole().length + 10),
      expect: hot,
    },
  ];
}

/** Writes the cases and has native SQLite recover a copy of each. */
async function recovered(cases: readonly Case[], kind: string): Promise<{ tried: Case; native: NativeRecovery }[]> {
  const files = cases.map((tried, number) => {
    const file = path.join(folder, `${kind} ${number}`, 'state.db');
    execFileSync('mkdir', ['-p', path.dirname(file)]);
    writeFileSync(file, tried.database);
    if (tried.wal) writeFileSync(`${file}-wal`, tried.wal);
    if (tried.journal) writeFileSync(`${file}-journal`, tried.journal(file));
    return file;
  });
  const natives: NativeRecovery[] = [];
  for await (const native of oracle<NativeRecovery>('recover.py', path.join(folder, kind), ...files))
    natives.push(native);
  return cases.map((tried, number) => ({ tried, native: natives[number]! }));
}

describe.each([
  ['write-ahead log', logCases],
  ['rollback journal', journalCases],
] as const)('%s', (kind, makeCases) => {
  beforeAll(() => {
    const place = path.join(folder, 'states');
    execFileSync('python3', [path.join(__dirname, 'oracle/recover.py'), 'states', `${place} ${kind}`]);
    states = [0, 1, 2].map((number) => readFileSync(`${place} ${kind} ${number}`));
  });

  it('gives the image that native recovery gives', async () => {
    const failures: string[] = [];
    for (const { tried, native } of await recovered(makeCases(), kind)) {
      const found = await difference(native);
      if (found !== undefined) failures.push(`${tried.name}: ${found} (native: ${native.error ?? native.integrity})`);
      if (native.error !== undefined) continue;
      const image = await openImage(native.state);
      const { walFrames, hotJournal } = image;
      image.close();
      for (const [key, value] of Object.entries(tried.expect))
        if ({ walFrames, hotJournal }[key] !== value)
          failures.push(`${tried.name}: ${key} is ${{ walFrames, hotJournal }[key]} instead of ${value}`);
    }
    expect(failures).toEqual([]);
  });

  if (kind === 'write-ahead log')
    it('of another page size is refused by name', async () => {
      const file = path.join(folder, 'page-size.db');
      writeFileSync(file, states[0]!);
      writeFileSync(
        `${file}-wal`,
        writeAheadLog([{ page: 1, content: Buffer.alloc(4096), commit: 1 }], { pageSize: 4096 }),
      );
      await expect(openImage(file)).rejects.toMatchObject({
        code: expect.stringMatching(/DATABASE_(CORRUPT|ENCRYPTED)/),
      });
    });
});
