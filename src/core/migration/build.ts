import { createHash } from 'node:crypto';
import path from 'node:path';
import { engineFileName, loadEngine } from '../engine';
import type { Engine, EngineDatabase } from '../engine';
import { ConsolidationError } from '../errors';
import { syncDirectory } from '../files';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { ResolvedTarget } from '../plan/resolved';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { openImage } from '../sqlite/image/image';
import type { Manifest } from './backup';
import { snapshotPath } from './backup';
import { SOURCE_SCHEMA } from './copy-statement';
import { createTarget } from './engine-target';
import { buildFullText, isFullText } from './full-text/build';
import { RunDirectory } from './run-directory';
import { graftTables } from './graft-tables';
import { putThrough } from './refused-rows';
import { settleRows } from './settled-rows';
import { loadForSql } from './sql-source';
import { readSequences } from './legacy-sequence';
import type { CopyStep, Step } from './steps';
import { summarizeStep } from './steps';

/** Where a target is built until it is published. */
export function stagedPath(directory: RunDirectory, target: ResolvedTarget): string {
  // Target names are free text: only a plain one becomes a file name as it is.
  const plain = /^[A-Za-z0-9_-]{1,64}$/.test(target.name);
  const name = plain ? target.name : createHash('sha256').update(target.name).digest('hex').slice(0, 32);
  return path.join(directory.staging, `${name}.db`);
}

/** What building one target needs: plain values, since it may be done in another thread. */
export interface BuildInput {
  readonly workspace: string;
  /** Name of the run's directory. */
  readonly run: string;
  readonly target: ResolvedTarget;
  readonly steps: readonly NumberedStep[];
  readonly manifest: Manifest;
}

/** A step with its place among all steps of the migration. */
export interface NumberedStep {
  readonly step: Step;
  readonly index: number;
}

/** The steps that build one target. */
export function stepsOf(target: ResolvedTarget, steps: readonly Step[]): NumberedStep[] {
  return steps
    .map((step, index) => ({ step, index }))
    .filter(
      ({ step }) =>
        'target' in step && step.target === target.name && step.kind !== 'verify' && step.kind !== 'publish',
    );
}

/** Rows that the steps copy. */
export const copiedRows = (steps: readonly NumberedStep[]): number =>
  steps.reduce((sum, { step }) => sum + (step.kind === 'copy' ? step.rows : 0), 0);

/**
 * Executes the steps that build a target, from the backup's copies alone, into the run's staging folder.
 * @throws ConsolidationError `ROWS_REJECTED`, `SQL_FAILED`, `CANCELLED`, …
 */
export async function buildTarget(input: BuildInput, options: WorkOptions): Promise<void> {
  const { target, steps, manifest } = input;
  const directory = new RunDirectory(input.workspace, input.run);
  const engine = await loadEngine();
  const staged = stagedPath(directory, target);
  const created = createTarget(engine, staged, pragmasOf(steps), hasSieve(steps));
  const { database } = created;
  const sources = new AttachedSource(engine, database, directory.workspace, manifest);
  const total = copiedRows(steps);
  let done = 0;
  const report = async (step: Step, text: string) => {
    options.progress?.({ phase: 'build', message: text, done, total, unit: 'rows' });
    await directory.log(text);
    if (step.kind === 'copy') done += step.rows;
  };
  try {
    for (const { step, index } of steps) {
      if (isGraft(step) || isFullText(step)) continue;
      throwIfCancelled(options.signal);
      await directory.journal({ event: 'step', index, kind: step.kind });
      await report(step, summarizeStep(step).text);
      await execute(step, database, sources);
      await directory.journal({ event: 'step-done', index, kind: step.kind });
    }
    sources.detach();
    if (target.applicationId !== undefined) database.run(`PRAGMA application_id = ${Math.trunc(target.applicationId)}`);
    created.finish(Math.trunc(target.userVersion ?? 0), isWal(target));
    await syncDirectory(path.dirname(staged));
  } catch (cause) {
    sources.close();
    throw created.abandon(cause);
  }
  const grafts = steps.map(({ step }) => step).filter(isGraft);
  const imageOf = (legacy: string) => snapshotPath(directory.workspace, manifest, legacy);
  const advance = (copy: CopyStep, share: number) =>
    options.progress?.({
      phase: 'build',
      message: summarizeStep(copy).text,
      done: Math.round(done - copy.rows * (1 - share)),
      total,
      unit: 'rows',
    });
  await graftTables(staged, grafts, imageOf, report, advance, options);
  const texts = steps.map(({ step }) => step).filter(isFullText);
  await buildFullText(staged, texts, imageOf, report, options);
}

const pragmasOf = (steps: readonly NumberedStep[]) =>
  steps.flatMap(({ step }) => (step.kind === 'create-target' ? step.pragmas : []));

/** Rows that a table refuses one by one are put aside: the statements that fail are undone. */
const hasSieve = (steps: readonly NumberedStep[]) =>
  steps.some(({ step }) => (step.kind === 'copy' || step.kind === 'settle') && step.sieve !== undefined);

const isWal = (target: ResolvedTarget) => String(target.profile.journal_mode ?? '').toUpperCase() === 'WAL';

/** Tables that move page by page are filled in after the engine has written the file with everything else. */
const isGraft = (step: Step): step is CopyStep => step.kind === 'copy' && step.strategy === 'graft';

async function execute(step: Step, database: EngineDatabase, sources: AttachedSource): Promise<void> {
  switch (step.kind) {
    case 'create-target':
      // The file was made with its pragmas.
      return;
    case 'create-table':
    case 'gather':
    case 'default-rows':
    case 'create-index':
    case 'create-trigger':
    case 'create-view':
      return runStatement(database, step.sql, step);
    case 'settle':
      if (step.sieve) {
        settleRows(database, step.sieve, true);
        return;
      }
      return runStatement(database, step.sql, step);
    case 'create-virtual':
      return createVirtual(database, step.table, step.sql);
    case 'copy':
      await sources.attach(step.database);
      if (step.sieve) {
        putThrough(database, step.sieve, true);
        return;
      }
      return runStatement(database, step.sql, step);
    case 'sequence': {
      const legacy = (await sources.sequences(step.database)).get(step.source) ?? 0n;
      return keepSequence(database, step.table, legacy + BigInt(step.offset));
    }
    case 'create-full-text':
    case 'rebuild-full-text':
    case 'snapshot':
    case 'verify':
    case 'publish':
      throw new Error(`${step.kind} is not a build step`);
  }
}

/** The engine need not know the module: a virtual table is a row of `sqlite_schema` without a b-tree (file format, 2.6). */
function createVirtual(database: EngineDatabase, table: string, sql: string): void {
  const name = quoteLiteral(table);
  database.run('PRAGMA writable_schema = ON');
  database.run(
    `INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('table', ${name}, ${name}, 0, ${quoteLiteral(sql)})`,
  );
  database.run('PRAGMA writable_schema = OFF');
}

/**
 * Runs one statement; text after it is never run. A statement that cannot be prepared is a fault of the plan; one that
 * fails while it runs was refused by the data.
 */
function runStatement(database: EngineDatabase, sql: string, step: Step): void {
  const { text } = summarizeStep(step);
  const place = step.kind === 'copy' ? { database: step.database, table: step.source, sql } : { sql };
  const fail = (code: 'SQL_FAILED' | 'ROWS_REJECTED', sentence: string, cause: unknown) =>
    new ConsolidationError(code, sentence, place, { cause });
  const message = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
  let statement;
  try {
    statement = database.prepare(sql);
  } catch (cause) {
    throw fail('SQL_FAILED', `SQLite refused “${text}”: ${message(cause)}. Correct the plan there.`, cause);
  }
  try {
    while (statement.step());
  } catch (cause) {
    if (step.kind !== 'copy')
      throw fail('SQL_FAILED', `SQLite refused “${text}”: ${message(cause)}. Correct the plan there.`, cause);
    throw fail(
      'ROWS_REJECTED',
      `The unified table refuses rows at “${text}”: ${message(cause)}. Change the mapping of ${step.source} of ${step.database} in the plan (discriminator, expression or key policy).`,
      cause,
    );
  } finally {
    statement.free();
  }
}

/** The counter of an AUTOINCREMENT table never falls below that of any source (https://sqlite.org/autoinc.html). */
function keepSequence(database: EngineDatabase, table: string, sequence: bigint): void {
  const name = quoteLiteral(table);
  database.run(
    `INSERT INTO main.sqlite_sequence (name, seq) SELECT ${name}, 0 WHERE NOT EXISTS (SELECT 1 FROM main.sqlite_sequence WHERE name = ${name})`,
  );
  database.run(`UPDATE main.sqlite_sequence SET seq = max(seq, ${sequence}) WHERE name = ${name}`);
}

/** At most one legacy image is in the engine at a time. */
class AttachedSource {
  private readonly known = new Map<string, ReadonlyMap<string, bigint>>();
  private attached?: { readonly path: string; readonly image: EngineDatabase };

  constructor(
    private readonly engine: Engine,
    private readonly database: EngineDatabase,
    private readonly workspace: string,
    private readonly manifest: Manifest,
  ) {}

  async attach(legacy: string): Promise<void> {
    if (this.attached?.path === legacy) return;
    this.detach();
    const image = await openImage(snapshotPath(this.workspace, this.manifest, legacy));
    const source = await loadForSql(this.engine, image);
    this.database.run(`ATTACH ${quoteLiteral(engineFileName(source))} AS ${quoteIdentifier(SOURCE_SCHEMA)}`);
    this.attached = { path: legacy, image: source };
  }

  async sequences(legacy: string): Promise<ReadonlyMap<string, bigint>> {
    const known = this.known.get(legacy);
    if (known) return known;
    const read = await readSequences(snapshotPath(this.workspace, this.manifest, legacy));
    this.known.set(legacy, read);
    return read;
  }

  detach(): void {
    if (!this.attached) return;
    this.database.run(`DETACH ${quoteIdentifier(SOURCE_SCHEMA)}`);
    this.close();
  }

  /** Without DETACH, which a failed statement may stand in the way of. */
  close(): void {
    this.attached?.image.close();
    this.attached = undefined;
  }
}
