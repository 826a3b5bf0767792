import { readFile, rm, stat } from 'node:fs/promises';
import { loadEngine } from '../engine';
import type { EngineDatabase } from '../engine';
import { makeDirectory } from '../files';
import type { ResolvedPlan, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import type { VerificationCheck } from '../results';
import { checkImage } from '../sqlite/check/check-image';
import { openImage } from '../sqlite/image/image';
import { readSchema } from '../sqlite/schema/schema';
import type { Manifest } from './backup';
import { changedSince } from './backup';
import { inJournalMode } from './build';
import { verifyFullText } from './full-text/verify';
import { LegacyImages } from './legacy-images';
import { size } from './steps';
import { verifyRows, verifyShadows } from './verify-rows';
import { verifySchema } from './verify-schema';
import { verifyView } from './verify-views';

/** What verifying one target needs: plain values, since it may be done in another thread. */
export interface VerifyInput {
  readonly workspace: string;
  readonly plan: ResolvedPlan;
  /** What renumbering added to the keys of each source. */
  readonly offsets: ReadonlyMap<string, bigint>;
  readonly manifest: Manifest;
  readonly target: ResolvedTarget;
  /** Absolute path of the file that holds the target now: staged, or published. */
  readonly file: string;
  /** Folder for scratch files of this target alone. */
  readonly scratch: string;
}

/**
 * Compares a target, re-read from disk, with the backup's copies of the legacy databases: rows and their typed digests by
 * source, schema, `integrity_check`, `foreign_key_check`, the plan's own checks. Shares no code with the copying.
 */
export async function verifyTarget(input: VerifyInput, options: WorkOptions): Promise<VerificationCheck[]> {
  const { target, file, scratch } = input;
  const checks: VerificationCheck[] = [];
  const legacy = new LegacyImages(input.workspace, input.manifest);
  const total = target.tables.length + 1;
  const report = (done: number, name: string) =>
    options.progress?.({ phase: 'verify', message: `Verifying ${name}`, done, total, unit: 'tables' });
  await makeDirectory(scratch);
  try {
    const image = await openImage(file, { signal: options.signal });
    try {
      const schema = await readSchema(image);
      checks.push(...(await verifySchema(target, schema, legacy)));
      for (const [done, table] of target.tables.entries()) {
        throwIfCancelled(options.signal);
        report(done, `${target.name}.${table.name}`);
        checks.push(...(await verifyRows({ ...input, table, legacy }, image, schema, options)));
      }
    } finally {
      image.close();
    }
    report(target.tables.length, `${target.path}: structure`);
    checks.push(...(await verifyStructure(input, legacy, options)));
    const shadows = (table: ResolvedTable) => shadowsOf({ ...input, table, legacy }, options);
    checks.push(...(await verifyFullText(target, file, scratch, legacy, shadows, options)));
    report(total, target.path);
  } finally {
    legacy.close();
    await rm(scratch, { recursive: true, force: true });
  }
  return checks;
}

/** Legacy files that are no longer what was read. */
export async function verifyLegacyUnchanged(
  workspace: string,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<VerificationCheck[]> {
  const changed = new Map(
    (await changedSince(workspace, manifest.databases, signal)).map(({ database, state }) => [database, state]),
  );
  return manifest.databases.map(({ path }) => ({
    name: `${path}: unchanged since the backup`,
    ok: !changed.has(path),
    expected: 'unchanged',
    actual: changed.get(path) ?? 'unchanged',
  }));
}

/** The tables that a virtual table is made of, where the target stands now. */
async function shadowsOf(
  context: Parameters<typeof verifyShadows>[0] & VerifyInput,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const image = await openImage(context.file, { signal: options.signal });
  try {
    return await verifyShadows(context, image, await readSchema(image), options);
  } finally {
    image.close();
  }
}

/** Above this size our own checker stands in for `integrity_check`, for which the engine holds the whole file in memory. */
const LARGE_BYTES = 256 * 2 ** 20;
/** Above this size the engine is not given the file at all. */
const LARGEST_ENGINE_BYTES = 2 ** 30;

async function verifyStructure(
  input: VerifyInput,
  legacy: LegacyImages,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const { target, file } = input;
  const { size: bytes } = await stat(file);
  if (bytes <= LARGE_BYTES) return verifyWithEngine(input, target, legacy, true, options);
  const structure = await structureCheck(target, file, options);
  const wanted = engineChecks(input, target);
  if (wanted.length === 0) return [structure];
  if (bytes <= LARGEST_ENGINE_BYTES)
    return [structure, ...(await verifyWithEngine(input, target, legacy, false, options))];
  // What the plan asks for and nobody can check is not verified.
  const actual = `not checked: ${size(bytes)} are more than the engine can hold`;
  const name = `${target.name}: ${wanted.join(', ')}`;
  return [structure, { name, ok: false, expected: 'checked', actual, target: target.name }];
}

/** What only the engine can tell of a target. */
function engineChecks(input: VerifyInput, target: ResolvedTarget): string[] {
  return [
    ...(target.tables.some((table) => (table.foreignKeys ?? []).length > 0) ? ['foreign keys'] : []),
    ...(target.views.length > 0 ? ['compatibility views'] : []),
    ...(input.plan.checks.some((check) => check.target === target.name) ? ["the plan's checks"] : []),
  ];
}

async function structureCheck(target: ResolvedTarget, file: string, options: WorkOptions): Promise<VerificationCheck> {
  const image = await openImage(file, { signal: options.signal });
  try {
    const problems = await checkImage(image, options);
    return {
      name: `${target.name}: structure, key order, index entries, page accounting`,
      ok: problems.length === 0,
      expected: 'no problem',
      actual:
        problems.length === 0
          ? 'no problem'
          : problems
              .slice(0, 5)
              .map((problem) => problem.message)
              .join('; '),
      target: target.name,
    };
  } finally {
    image.close();
  }
}

async function verifyWithEngine(
  input: VerifyInput,
  target: ResolvedTarget,
  legacy: LegacyImages,
  integrity: boolean,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const engine = await loadEngine();
  // The engine has no wal-index; apart from the two bytes of the journal mode it sees the file as it is on the disk.
  const database = new engine.Database(inJournalMode(await readFile(input.file), 'DELETE'));
  try {
    const checks: VerificationCheck[] = integrity ? [integrityCheck(target, database)] : [];
    checks.push(await foreignKeyCheck(target, database, legacy));
    if (target.views.length > 0) checks.push(...(await viewChecks(input, target, database, options)));
    for (const check of input.plan.checks.filter((candidate) => candidate.target === target.name)) {
      checks.push(planCheck(check, database));
    }
    return checks;
  } finally {
    database.close();
  }
}

async function viewChecks(
  input: VerifyInput,
  target: ResolvedTarget,
  database: EngineDatabase,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const image = await openImage(input.file, { signal: options.signal });
  try {
    const schema = await readSchema(image);
    const checks: VerificationCheck[] = [];
    for (const view of target.views)
      checks.push(await verifyView(target, view, database, image, schema, input.scratch, options));
    return checks;
  } finally {
    image.close();
  }
}

/** Values of the first column. */
function firstColumn(database: EngineDatabase, sql: string): unknown[] {
  return (database.exec(sql)[0]?.values ?? []).map((row) => row[0]);
}

function integrityCheck(target: ResolvedTarget, database: EngineDatabase): VerificationCheck {
  const actual = firstColumn(database, 'PRAGMA integrity_check').join('; ');
  return { name: `${target.name}: integrity_check`, ok: actual === 'ok', expected: 'ok', actual, target: target.name };
}

/** How many rows of which tables refer to nothing. */
function orphansText(orphans: readonly string[], target: ResolvedTarget): string {
  const tables = [...new Set(orphans)]
    .sort()
    .map((name) => `${orphans.filter((each) => each === name).length} in ${name}`);
  const filtered = target.tables.some((table) => table.sources.some((source) => source.where !== undefined));
  const why = filtered ? '; a row that "where" leaves out may be what they refer to' : '';
  return `${orphans.length} (${tables.join(', ')}${why})`;
}

/** Orphans that the legacy databases already hold come along as they are, but not one more than these. */
async function foreignKeyCheck(
  target: ResolvedTarget,
  database: EngineDatabase,
  legacy: LegacyImages,
): Promise<VerificationCheck> {
  const orphans = firstColumn(database, 'PRAGMA foreign_key_check').map(String);
  const violations = orphans.length;
  let expected = 0;
  if (violations > 0) {
    const sources = target.tables.flatMap((table) => table.sources).filter((source) => legacy.holds(source.database));
    for (const path of new Set(sources.map((source) => source.database))) {
      const tables = new Set(sources.filter((source) => source.database === path).map((source) => source.table));
      const source = await legacy.engineDatabase(path);
      expected += firstColumn(source, 'PRAGMA foreign_key_check').filter((table) => tables.has(String(table))).length;
    }
  }
  return {
    name: `${target.name}: foreign_key_check`,
    ok: violations <= expected,
    expected: expected === 0 ? 'no violation' : `at most ${expected}, as in the legacy databases`,
    actual: violations === 0 ? 'no violation' : violations <= expected ? `${violations}` : orphansText(orphans, target),
    target: target.name,
  };
}

function planCheck(check: ResolvedPlan['checks'][number], database: EngineDatabase): VerificationCheck {
  const expected = String(check.expect);
  let actual: string;
  try {
    actual = String(firstColumn(database, check.sql)[0]);
  } catch (error) {
    actual = error instanceof Error ? error.message : String(error);
  }
  return { name: `${check.target}: ${check.name}`, ok: actual === expected, expected, actual, target: check.target };
}
