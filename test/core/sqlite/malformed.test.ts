import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConsolidationError } from '../../../src/core/errors';
import { checkImage } from '../../../src/core/sqlite/check/check-image';
import { openImage } from '../../../src/core/sqlite/image/image';
import { readSchema } from '../../../src/core/sqlite/schema/schema';
import { databaseState, tableDigests } from './support/contents';
import { heavy, oracle, scratchFolder, seed } from './support/oracle';

/** A file that may be malformed, and what native integrity_check says of it. */
interface MalformedFile {
  readonly number: number;
  readonly path: string;
  readonly native: string;
  /** Native integrity_check may have looked at the trees alone. */
  readonly partial: boolean;
}

const CORPUS = path.resolve(__dirname, '../../../../shared/data/sqlite-fuzzdata3.db');
const MUTATIONS = Number(process.env.MUTATIONS ?? (heavy ? 100_000 : 400));
/** Every how many databases of the corpus one is read. */
const STEP = heavy ? 1 : 8;
const FIRST = Number(process.env.FIRST ?? 0);

/** What is expected of a malformed file; anything else is a failure. */
const EXPECTED = ['DATABASE_CORRUPT', 'DATABASE_TRUNCATED', 'DATABASE_ENCRYPTED_OR_UNKNOWN'];

/** Reads everything there is in a file. @returns what our reading and our checker found wrong, in that order */
async function examine({ path: file, native, partial }: MalformedFile): Promise<{ reading?: string; check?: string }> {
  try {
    const image = await openImage(file);
    try {
      const schema = await readSchema(image);
      const problems = await checkImage(image);
      const problem = problems.find(
        ({ object, message }) => !partial || native !== 'ok' || (object !== '' && message !== 'the page is used twice'),
      );
      const check = problem && `page ${problem.page} ${problem.object}: ${problem.message}`;
      try {
        await tableDigests(image, schema);
        return { check };
      } catch (error) {
        return { reading: expected(error), check };
      }
    } finally {
      image.close();
    }
  } catch (error) {
    const message = expected(error);
    return { reading: message, check: message };
  }
}

function expected(error: unknown): string {
  if (!(error instanceof ConsolidationError) || !EXPECTED.includes(error.code)) throw error;
  if (error.code === 'DATABASE_CORRUPT' && typeof error.details.page !== 'number') throw error;
  return error.message;
}

/** Goes through the files of the oracle: no crash, no hang, and nothing called corrupt that SQLite calls ok. */
async function survive(files: AsyncIterable<MalformedFile>) {
  const failures: string[] = [];
  const missed = new Map<string, number>();
  let count = 0;
  let malformed = 0;
  let slowest = 0;
  for await (const tried of files) {
    const { number, path: file, native } = tried;
    count++;
    const before = failures.length;
    const state = databaseState(file);
    if (native !== 'ok') malformed++;
    // Processor time: others use this machine too.
    const started = process.cpuUsage();
    try {
      const { reading, check } = await examine(tried);
      if (native === 'ok' && reading !== undefined)
        failures.push(`${number}: ok to SQLite, but reading says ${reading}`);
      if (native === 'ok' && check !== undefined) failures.push(`${number}: ok to SQLite, but the check says ${check}`);
      if (native !== 'ok' && check === undefined) {
        const kind = native.split('\n')[0]!.replace(/\d+/g, 'N').slice(0, 90);
        missed.set(kind, (missed.get(kind) ?? 0) + 1);
        if (process.env.MISSED) console.log(number, native);
      }
    } catch (error) {
      failures.push(`${number}: ${error instanceof Error ? error.stack : error}`);
    }
    expect(databaseState(file), 'the files are as they were').toEqual(state);
    if (heavy && failures.length > before) console.log(failures.slice(before));
    if (heavy && count % 5000 === 0) console.log(`${count} files, ${malformed} malformed, ${failures.length} failures`);
    const { user, system } = process.cpuUsage(started);
    const milliseconds = (user + system) / 1000;
    slowest = Math.max(slowest, milliseconds);
    if (milliseconds > 1000) failures.push(`${number}: took ${Math.round(milliseconds)} ms`);
    if (process.env.KEEP === undefined || failures.length === before) rmSync(file);
  }
  return { failures, missed, count, malformed, slowest };
}

describe('a malformed file', () => {
  const folder = scratchFolder('malformed');

  it.skipIf(!existsSync(CORPUS))(
    `of SQLite's own corpus (${CORPUS}) is survived and judged as SQLite does`,
    async () => {
      const result = await survive(oracle<MalformedFile>('malformed.py', 'corpus', CORPUS, folder, STEP));
      if (heavy || process.env.MISSED) console.log('corpus', result);
      expect(result.failures).toEqual([]);
      expect(result.count).toBe(Math.ceil(2316 / STEP));
    },
    heavy ? 1_800_000 : 60_000,
  );

  it(
    `made by a random mutation of a valid one is survived and judged as SQLite does, ${MUTATIONS} times`,
    async () => {
      const result = await survive(oracle<MalformedFile>('malformed.py', 'mutations', seed, FIRST, MUTATIONS, folder));
      if (heavy || process.env.MISSED) console.log('mutations', result);
      expect(result.failures, `seed ${seed}`).toEqual([]);
      expect(result.count).toBe(MUTATIONS);
    },
    heavy ? 3_600_000 : 60_000,
  );
});
