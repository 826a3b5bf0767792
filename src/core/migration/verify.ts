import { rm, stat } from 'node:fs/promises';
import { loadEngine } from '../engine';
import { quoteIdentifier } from '../identifiers';
import type { EngineDatabase } from '../engine';
import { makeDirectory } from '../files';
import type { ResolvedPlan, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import type { VerificationCheck } from '../results';
import { checkImage } from '../sqlite/check/check-image';
import type { CheckPart } from '../sqlite/check/check-image';
import { needsEngine } from '../sqlite/check/check-rows';
import { openInEngine } from '../sqlite/image/engine-image';
import { openImage } from '../sqlite/image/image';
import { readSchema } from '../sqlite/schema/schema';
import type { Manifest } from './backup';
import { verifyFullText } from './full-text/verify';
import { LegacyImages } from './legacy-images';
import { verifyRows, verifyShadows } from './verify-rows';
import { verifySchema } from './verify-schema';
import { verifyView } from './verify-views';

/** What verifying a part of a target needs: plain values, since it may be done in another thread. */
export interface VerifyInput {
  readonly workspace: string;
  readonly plan: ResolvedPlan;
  /** What renumbering added to the keys of each source. */
  readonly offsets: ReadonlyMap<string, bigint>;
  readonly manifest: Manifest;
  readonly target: ResolvedTarget;
  readonly part: VerifyPart;
  /** Above this size our own checker does most of what `integrity_check` does; 64 MiB where nothing is said. */
  readonly largeBytes?: number;
  /** Absolute path of the file that holds the target now: staged, or published. */
  readonly file: string;
  /** Folder for scratch files of this part alone. */
  readonly scratch: string;
}

/**
 * What is verified of a target, apart from one another, so that threads can share it: rows and their typed digests by source
 * and the schema; the pages and the entries of the file; what the engine is asked (`integrity_check` where the file is
 * small, `foreign_key_check`, compatibility views, the plan's own checks); full-text indexes.
 */
export type VerifyPart = 'rows' | 'pages' | 'entries' | 'engine' | 'full-text';

/** Above this size our own checker stands in for `integrity_check`, which looks every row up in every index. */
const LARGE_BYTES = 64 * 2 ** 20;

/** The parts that a target of so many bytes has, in the order of their checks in the report. */
export function verifyParts(target: ResolvedTarget, bytes: number, largeBytes = LARGE_BYTES): VerifyPart[] {
  const parts: VerifyPart[] = bytes > largeBytes ? ['rows', 'pages', 'entries', 'engine'] : ['rows', 'engine'];
  return target.tables.some(({ kind }) => kind === 'virtual') ? [...parts, 'full-text'] : parts;
}

/** How much progress a part has to tell of. */
export const verifyUnits = (target: ResolvedTarget, part: VerifyPart) => (part === 'rows' ? target.tables.length : 1);

/**
 * Compares a part of a target, re-read from disk, with the backup's copies of the legacy databases. Shares no code with the
 * copying.
 */
export async function verifyTarget(input: VerifyInput, options: WorkOptions): Promise<VerificationCheck[]> {
  const { target, part, scratch } = input;
  const legacy = new LegacyImages(input.workspace, input.manifest);
  const total = verifyUnits(target, part);
  const report = (done: number, name: string) =>
    options.progress?.({ phase: 'verify', message: `Verifying ${name}`, done, total, unit: 'tables' });
  await makeDirectory(scratch);
  try {
    if (part !== 'rows') report(0, `${target.path}: ${PART_NAMES[part]}`);
    const checks = await verifyPart(input, legacy, report, options);
    report(total, target.path);
    return checks;
  } finally {
    legacy.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

const PART_NAMES: Record<Exclude<VerifyPart, 'rows'>, string> = {
  pages: 'pages',
  entries: 'key order, index entries',
  engine: 'constraints',
  'full-text': 'full-text indexes',
};

async function verifyPart(
  input: VerifyInput,
  legacy: LegacyImages,
  report: (done: number, name: string) => void,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const { target, file, scratch } = input;
  switch (input.part) {
    case 'rows':
      return verifyAllRows(input, legacy, report, options);
    case 'pages':
      return [await structureCheck('pages', 'page structure and accounting', input, options)];
    case 'entries':
      return [await structureCheck('rows', 'key order, index entries, NOT NULL', input, options)];
    case 'engine':
      return verifyWithEngine(input, legacy, options);
    case 'full-text': {
      const shadows = (table: ResolvedTable) => shadowsOf({ ...input, table, legacy }, options);
      return verifyFullText(target, file, scratch, legacy, shadows, options);
    }
  }
}

async function verifyAllRows(
  input: VerifyInput,
  legacy: LegacyImages,
  report: (done: number, name: string) => void,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const { target, file } = input;
  const image = await openImage(file, { signal: options.signal });
  try {
    const schema = await readSchema(image);
    const checks = await verifySchema(target, schema, legacy);
    for (const [done, table] of target.tables.entries()) {
      throwIfCancelled(options.signal);
      report(done, `${target.name}.${table.name}`);
      checks.push(...(await verifyRows({ ...input, table, legacy }, image, schema, options)));
    }
    return checks;
  } finally {
    image.close();
  }
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

async function structureCheck(
  part: CheckPart,
  what: string,
  { target, file }: VerifyInput,
  options: WorkOptions,
): Promise<VerificationCheck> {
  const image = await openImage(file, { signal: options.signal });
  try {
    const problems = await checkImage(image, { ...options, progress: undefined, part });
    const messages = problems.slice(0, 5).map(({ message }) => message);
    return {
      name: `${target.name}: ${what}`,
      ok: problems.length === 0,
      expected: 'no problem',
      actual: problems.length === 0 ? 'no problem' : messages.join('; '),
      target: target.name,
    };
  } finally {
    image.close();
  }
}

async function verifyWithEngine(
  input: VerifyInput,
  legacy: LegacyImages,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const { target, file } = input;
  const engine = await loadEngine();
  const database = openInEngine(engine, await openImage(file, { signal: options.signal, scattered: true }));
  try {
    const { size: bytes } = await stat(file);
    const large = bytes > (input.largeBytes ?? LARGE_BYTES);
    const checks = large ? await tableChecks(input, database, options) : [integrityCheck(target, database)];
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

function integrityCheck(target: ResolvedTarget, database: EngineDatabase, table?: string): VerificationCheck {
  const of = table === undefined ? '' : `(${quoteIdentifier(table)})`;
  const actual = firstColumn(database, `PRAGMA integrity_check${of}`).join('; ');
  const name = table === undefined ? `${target.name}: integrity_check` : `${target.name}.${table}: integrity_check`;
  return { name, ok: actual === 'ok', expected: 'ok', actual, target: target.name, table };
}

/** `integrity_check` of the tables of a large target of which our own checker leaves something out. */
async function tableChecks(
  { target, file }: VerifyInput,
  database: EngineDatabase,
  options: WorkOptions,
): Promise<VerificationCheck[]> {
  const image = await openImage(file, { signal: options.signal });
  try {
    const { tables } = await readSchema(image);
    return tables
      .filter((table) => table.kind === 'table' && needsEngine(table))
      .map((table) => integrityCheck(target, database, table.name));
  } finally {
    image.close();
  }
}

/** How many rows of which tables refer to nothing. */
function orphansText(orphans: readonly string[], target: ResolvedTarget): string {
  const tables = [...new Set(orphans)]
    .sort()
    .map((name) => `${orphans.filter((each) => each === name).length} in ${name}`);
  const filtered = target.tables.some((table) => table.sources.some((source) => source.where !== undefined));
  const quarantined = target.tables.some((table) => table.sources.some((source) => source.onReject === 'quarantine'));
  const why = [
    ...(filtered ? ['; a row that "where" leaves out may be what they refer to'] : []),
    ...(quarantined ? ['; a row in quarantine may be what they refer to'] : []),
  ];
  return `${orphans.length} (${tables.join(', ')}${why.join('')})`;
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
