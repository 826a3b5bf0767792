import { rm } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from '../../errors';
import { openFullText } from '../../full-text-engine';
import type { FullTextDatabase } from '../../full-text-engine';
import { quoteLiteral } from '../../identifiers';
import { throwIfCancelled } from '../../ports';
import type { WorkOptions } from '../../ports';
import { openImage } from '../../sqlite/image/image';
import { writeImage } from '../../sqlite/image/materialize';
import type { Step } from '../steps';
import { summarizeStep } from '../steps';
import { inRollbackMode } from './rollback-mode';

/** Steps that need the full-text module. They come last: by then all other tables of the target have their rows. */
export type FullTextStep = Extract<Step, { kind: 'create-full-text' | 'rebuild-full-text' | 'copy' }>;

export const isFullText = (step: Step): step is FullTextStep =>
  step.kind === 'create-full-text' ||
  step.kind === 'rebuild-full-text' ||
  (step.kind === 'copy' && step.strategy === 'fts');

/**
 * Builds full-text tables in a staged file, from recovered copies of the legacy databases, one at a time.
 * @param imageOf absolute path of the backup's copy of a legacy database
 * @throws ConsolidationError `SQL_FAILED`, `ROWS_REJECTED`, `CANCELLED`, …
 */
export async function buildFullText(
  staged: string,
  steps: readonly FullTextStep[],
  imageOf: (database: string) => string,
  report: (step: Step, text: string) => Promise<void>,
  options: WorkOptions,
): Promise<void> {
  if (steps.length === 0) return;
  const source = path.join(path.dirname(staged), `${path.basename(staged, '.db')}-texts.db`);
  await inRollbackMode(staged, async () => {
    const database = openFullText(staged);
    try {
      // A staged file that is not finished is thrown away.
      database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF');
      for (const step of steps.filter(({ kind }) => kind !== 'copy')) await carryOut(database, step, report, options);
      const copies = steps.filter((step) => step.kind === 'copy');
      for (const legacy of new Set(copies.map((copy) => copy.database))) {
        await writeRecovered(imageOf(legacy), legacy, source, options);
        database.exec(`ATTACH ${quoteLiteral(source)} AS legacy`);
        for (const copy of copies.filter((candidate) => candidate.database === legacy))
          await carryOut(database, copy, report, options);
        database.exec('DETACH legacy');
        await rm(source);
      }
    } finally {
      database.close();
      await rm(source, { force: true });
    }
  });
}

/** A legacy database as a file that any engine opens without a `-wal`. */
export async function writeRecovered(
  from: string,
  name: string,
  destination: string,
  options: WorkOptions,
): Promise<void> {
  await rm(destination, { force: true });
  const image = await openImage(from, { name });
  try {
    await writeImage(image, destination, { signal: options.signal });
  } finally {
    image.close();
  }
}

async function carryOut(
  database: FullTextDatabase,
  step: FullTextStep,
  report: (step: Step, text: string) => Promise<void>,
  options: WorkOptions,
): Promise<void> {
  throwIfCancelled(options.signal);
  const { text } = summarizeStep(step);
  await report(step, text);
  const place = step.kind === 'copy' ? { database: step.database, table: step.source } : {};
  const fail = (code: 'SQL_FAILED' | 'ROWS_REJECTED', sentence: string, cause: unknown) =>
    new ConsolidationError(code, sentence, { ...place, sql: step.sql }, { cause });
  const message = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
  let statement;
  try {
    // One statement: text after it is never run.
    statement = database.prepare(step.sql);
  } catch (cause) {
    throw fail('SQL_FAILED', `SQLite refused “${text}”: ${message(cause)}. Correct the plan there.`, cause);
  }
  try {
    statement.run();
  } catch (cause) {
    if (step.kind !== 'copy')
      throw fail('SQL_FAILED', `SQLite refused “${text}”: ${message(cause)}. Correct the plan there.`, cause);
    throw fail(
      'ROWS_REJECTED',
      `The full-text table refuses rows at “${text}”: ${message(cause)}. Where several sources share rowids, set "keys" of ${step.source} of ${step.database} to "renumber", or keep the tables apart.`,
      cause,
    );
  } finally {
    release(statement);
  }
}

/** Releasing a statement tells of its failure a second time. */
function release(statement: { finalize(): void }): void {
  try {
    statement.finalize();
  } catch {
    // The failure itself is on its way.
  }
}
