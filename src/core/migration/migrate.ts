import { rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError, toErrorValue } from '../errors';
import { writeFileAtomically } from '../files';
import type { Finding, WorkOptions } from '../ports';
import { throwIfCancelled } from '../ports';
import { renderReport } from '../report/report';
import type { MigrateResult, MigrationMode, RejectedRows, TableResult, TargetResult, Verification } from '../results';
import { backUp } from './backup';
import type { Manifest } from './backup';
import { stagedPath } from './build';
import type { Migration } from './compile';
import { databaseResults } from './provenance';
import { carryOut, checkDestinations, sealStaged, planPublications } from './publish';
import { RunDirectory } from './run-directory';
import type { Publication } from './run-directory';
import { rowsOf } from '../inventory/rows';
import { quarantineName } from './refused-rows';
import type { RunInput } from './runs';
import { sourceKey } from './source-key';
import type { ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { size, summarizeStep } from './steps';
import type { CopyStep } from './steps';
import { buildTargets, verifyTargets } from './target-tasks';
import { LegacyWatch } from './legacy-watch';

const NOTHING_VERIFIED: Verification = { ok: true, checks: [] };

/** The migration printed instead of run: the same steps and the same numbers, and nothing is written. */
export async function dryRun(
  workspace: string,
  migration: Migration,
  warnings: readonly Finding[],
): Promise<MigrateResult> {
  const started = performance.now();
  await preflight(workspace, migration);
  return result(migration, {
    status: 'dry-run',
    warnings,
    targets: plannedTargets(migration),
    estimatedSeconds: estimatedSeconds(migration),
    milliseconds: Math.round(performance.now() - started),
  });
}

/**
 * Carries a compiled migration out: backup, build, verify, publish. Whatever fails before the last step leaves the
 * workspace as it was, apart from the run's own folder and its backup.
 */
export async function runMigration(
  workspace: string,
  migration: Migration,
  planHash: string,
  mode: Exclude<MigrationMode, 'dry-run'>,
  warnings: readonly Finding[],
  options: WorkOptions,
): Promise<MigrateResult> {
  const started = performance.now();
  const milliseconds = () => Math.round(performance.now() - started);
  const phases = new PhaseTimes();
  phases.begin('preflight');
  await preflight(workspace, migration);
  const directory = await RunDirectory.create(workspace);
  let verification = NOTHING_VERIFIED;
  try {
    await directory.journal({ event: 'started', planHash, process: process.pid });
    await directory.writeJson('input.json', {
      version: 1,
      resolved: migration.plan,
      inventory: migration.inventory,
      offsets: Object.fromEntries([...migration.measurements.offsets].map(([key, offset]) => [key, String(offset)])),
    } satisfies RunInput);

    phases.begin('backup');
    await directory.journal({ event: 'phase', phase: 'snapshot' });
    const databases = migration.backedUp.map(({ path: database }) => database);
    const legacy = await LegacyWatch.begin(workspace, databases);
    const manifest = await backUp(directory, migration, options);
    if (mode === 'backup-only') {
      await directory.journal({ event: 'backed-up' });
      return await finish(
        directory,
        result(migration, {
          run: directory.run,
          status: 'backed-up',
          warnings,
          targets: [],
          phases: phases.all(),
          milliseconds: milliseconds(),
        }),
      );
    }

    phases.begin('build');
    await directory.journal({ event: 'phase', phase: 'build' });
    await buildTargets(directory, migration, manifest, options);

    phases.begin('verify');
    await directory.journal({ event: 'phase', phase: 'verify' });
    const verified = await verifyStaged(directory, migration, manifest, legacy, options);
    ({ verification } = verified);
    if (!verification.ok) throw verificationFailed(verification, directory);
    const publications = await planPublications(directory, migration, manifest, verified.hashes);
    const targets = publishedTargets(migration, publications).map((target) => withDigests(target, verification));

    if (mode === 'verify-only') {
      await rm(directory.staging, { recursive: true, force: true });
      await directory.journal({ event: 'backed-up' });
      return await finish(
        directory,
        result(migration, {
          run: directory.run,
          status: 'verified',
          warnings,
          verification,
          targets,
          phases: phases.all(),
          milliseconds: milliseconds(),
        }),
      );
    }

    throwIfCancelled(options.signal);
    phases.begin('publish');
    options.progress?.({ phase: 'publish', message: 'Publishing the targets' });
    await directory.journal({ event: 'publishing', publications });
    await carryOut(workspace, publications);
    await directory.journal({ event: 'published' });
    await rm(directory.staging, { recursive: true, force: true });
    return await finish(
      directory,
      result(migration, {
        run: directory.run,
        status: 'published',
        warnings,
        verification,
        targets,
        phases: phases.all(),
        milliseconds: milliseconds(),
      }),
    );
  } catch (error) {
    return await fail(directory, migration, error, {
      warnings,
      verification,
      phases: phases.all(),
      milliseconds: milliseconds(),
    });
  }
}

// Measured with `npm run bench migration` on a machine of two cores; a slow disk takes longer.
const SECONDS_FOR_MEGABYTE = 0.014;
const SECONDS_FOR_SQL_ROW = 4.5e-6;

/** Bytes are copied, hashed and verified; rows that pass through the engine cost more. */
function estimatedSeconds({ backedUp, steps }: Migration): number {
  const bytes = backedUp.reduce((sum, database) => sum + database.bytes, 0);
  const rows = steps.reduce(
    (sum, step) => sum + (step.kind === 'copy' && step.strategy !== 'graft' ? step.rows : 0),
    0,
  );
  return Math.round((0.3 + (bytes / 1e6) * SECONDS_FOR_MEGABYTE + rows * SECONDS_FOR_SQL_ROW) * 10) / 10;
}

/** How long each phase took. */
class PhaseTimes {
  readonly #times: { phase: string; milliseconds: number }[] = [];
  #begun = performance.now();

  begin(phase: string): void {
    this.#end();
    this.#times.push({ phase, milliseconds: 0 });
  }

  all(): NonNullable<MigrateResult['phases']> {
    this.#end();
    return this.#times.map((time) => ({ ...time }));
  }

  #end(): void {
    const now = performance.now();
    const last = this.#times.at(-1);
    if (last) last.milliseconds += Math.round(now - this.#begun);
    this.#begun = now;
  }
}

/** The digest of what a source brought, where verification told its rows from those of others. */
function withDigests(target: TargetResult, { checks }: Verification): TargetResult {
  const digestOf = (table: string, source: { readonly database: string; readonly table: string }) =>
    checks.find(
      (check) =>
        check.target === target.name &&
        check.table === table &&
        check.source?.database === source.database &&
        check.source.table === source.table,
    )?.digest;
  return {
    ...target,
    tables: target.tables.map((table) => ({
      ...table,
      sources: table.sources.map((source) => {
        const digest = digestOf(table.name, source);
        return digest === undefined ? source : { ...source, digest };
      }),
    })),
  };
}

/** Refuses what can be known to go wrong before anything is written. */
async function preflight(workspace: string, migration: Migration): Promise<void> {
  await checkDestinations(workspace, migration, migration.inventory.databases);
  const { bavail, bsize } = await statfs(workspace);
  const free = bavail * bsize;
  if (free >= migration.bytesNeeded) return;
  throw new ConsolidationError(
    'DISK_SPACE',
    `The migration needs ${size(migration.bytesNeeded)} for the backup and the targets, but only ${size(free)} are free. Free some space and run it again.`,
    { needed: migration.bytesNeeded, free },
  );
}

async function verifyStaged(
  directory: RunDirectory,
  migration: Migration,
  manifest: Manifest,
  legacy: LegacyWatch,
  options: WorkOptions,
): Promise<{ readonly verification: Verification; readonly hashes: ReadonlyMap<string, string> }> {
  const { workspace, staging } = directory;
  // Meanwhile threads verify: they read, and so does this.
  const sealing = sealStaged(directory, migration, options.signal);
  const verifying = verifyTargets(
    {
      workspace,
      plan: migration.plan,
      offsets: migration.measurements.offsets,
      manifest,
      fileOf: (target) => stagedPath(directory, target),
      scratch: staging,
    },
    options,
  );
  const [{ checks: stagedChecks }, hashes] = await Promise.all([verifying, sealing]);
  options.progress?.({ phase: 'verify', message: 'Checking that the legacy databases are unchanged' });
  const checks = [...stagedChecks, ...(await legacy.end(manifest, options.signal))];
  return { verification: { ok: checks.every((check) => check.ok), checks }, hashes };
}

function verificationFailed(verification: Verification, directory: RunDirectory): ConsolidationError {
  const failed = verification.checks.filter((check) => !check.ok);
  const changed = failed.filter((check) => check.name.endsWith(': unchanged since the backup'));
  if (changed.length === failed.length) {
    const names = changed.map((check) => check.name.split(': unchanged')[0]).join(', ');
    return new ConsolidationError(
      'LEGACY_DATABASE_CHANGED',
      `${names} changed while the migration ran. Stop the programs that write there and migrate again; nothing was published.`,
      { database: names },
    );
  }
  const [first] = failed;
  return new ConsolidationError(
    'VERIFICATION_FAILED',
    `Verification failed: ${first!.name}: expected ${first!.expected}, found ${first!.actual}. Nothing was published; ${directory.run}/report.md lists every check.`,
    { table: first!.table, failed: failed.length },
  );
}

async function fail(
  directory: RunDirectory,
  migration: Migration,
  error: unknown,
  values: {
    warnings: readonly Finding[];
    verification: Verification;
    phases: MigrateResult['phases'];
    milliseconds: number;
  },
): Promise<MigrateResult> {
  const value = toErrorValue(error);
  const entries = await directory.entries();
  // Once the renames have begun, the run is not failed but interrupted: the next start finishes or undoes it.
  if (!entries.some((entry) => entry.event === 'publishing')) {
    await directory.journal({ event: 'failed', code: value.code, message: value.message });
    await rm(directory.staging, { recursive: true, force: true });
  }
  await directory.log(
    `failed: ${value.code} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return finish(
    directory,
    result(migration, {
      run: directory.run,
      status: 'failed',
      ...values,
      targets: plannedTargets(migration),
      error: value,
    }),
  );
}

/** Writes the report beside the journal. A report that cannot be written (full disk) does not hide the result. */
async function finish(directory: RunDirectory, outcome: MigrateResult): Promise<MigrateResult> {
  const complete: MigrateResult = {
    ...outcome,
    reportFile: path.posix.join('.sqlite-consolidator/runs', directory.run, 'report.md'),
    backup: path.posix.join('data/backups', directory.run),
  };
  try {
    await directory.writeJson('report.json', complete);
    await writeFileAtomically(directory.file('report.md'), renderReport(complete, migrationName(directory)));
    return complete;
  } catch (error) {
    await directory.log(`the report could not be written: ${String(error)}`).catch(() => undefined);
    return { ...complete, reportFile: undefined };
  }
}

const migrationName = (directory: RunDirectory) => path.basename(directory.workspace);

function result(
  migration: Migration,
  values: Pick<MigrateResult, 'status' | 'targets' | 'warnings' | 'milliseconds'> & Partial<MigrateResult>,
): MigrateResult {
  return {
    version: 1,
    run: '',
    databases: databaseResults(migration),
    rejected: rejectedRows(migration),
    verification: NOTHING_VERIFIED,
    steps: migration.steps.map(summarizeStep),
    bytesNeeded: migration.bytesNeeded,
    ...values,
  };
}

function plannedTargets(migration: Migration): TargetResult[] {
  return migration.plan.targets.map((target) => ({
    name: target.name,
    path: target.path,
    bytes: estimatedBytes(migration, target.name),
    tables: tableResults(migration, target.name),
  }));
}

function publishedTargets(migration: Migration, publications: readonly Publication[]): TargetResult[] {
  return publications.map(({ target, path, bytes, sha256 }) => ({
    name: target,
    path,
    bytes,
    sha256,
    tables: tableResults(migration, target),
  }));
}

function tableResults(migration: Migration, targetName: string): TargetResult['tables'] {
  const target = migration.plan.targets.find((candidate) => candidate.name === targetName);
  const copies = migration.steps.flatMap((step) => (step.kind === 'copy' && step.target === targetName ? [step] : []));
  return (target?.tables ?? []).flatMap((table) => {
    const own = copies.filter((copy) => copy.table === table.name);
    const sources = table.sources.flatMap((source) => {
      const database = migration.inventory.databases.find(
        ({ path, kind }) => path === source.database && kind !== 'absent',
      );
      if (!database) return [];
      const left = migration.measurements.filtered.get(sourceKey(target!, table, source)) ?? 0;
      const rejected = rejectedFrom(migration, sourceKey(target!, table, source));
      const gone = supersededRows(migration, target!, table, source);
      const rows = rowsOf(database, source.table) - left - rejected - gone;
      return [{ database: source.database, table: source.table, rows }];
    });
    const result: TableResult = {
      name: table.name,
      rows: sources.reduce((sum, source) => sum + source.rows, 0),
      strategy: strategyOf(migration, table, own[0]),
      sources,
      ...(target!.defaults?.some((row) => row.table === table.name) ? { defaultRows: true } : {}),
    };
    return [result, ...quarantineResult(migration, target!, table)];
  });
}

/** Rows of a source that the unified table refuses. */
const rejectedFrom = (migration: Migration, key: string) =>
  (migration.measurements.refused.get(key) ?? []).reduce((sum, { rows }) => sum + rows, 0);

/** The table with the rows that another one refuses, where there are any. */
function quarantineResult(migration: Migration, target: ResolvedTarget, table: ResolvedTable): TableResult[] {
  const sources = table.sources.flatMap((source) => {
    const rows = rejectedFrom(migration, sourceKey(target, table, source));
    return rows === 0 ? [] : [{ database: source.database, table: source.table, rows }];
  });
  if (sources.length === 0) return [];
  const rows = sources.reduce((sum, source) => sum + source.rows, 0);
  return [{ name: quarantineName(table), rows, strategy: 'sql', sources }];
}

function rejectedRows(migration: Migration): RejectedRows[] {
  return migration.plan.targets.flatMap((target) =>
    target.tables.flatMap((table) =>
      table.sources.flatMap((source) =>
        (migration.measurements.refused.get(sourceKey(target, table, source)) ?? []).map(({ reason, rows }) => ({
          database: source.database,
          table: source.table,
          target: `${target.name}.${table.name}`,
          rows,
          reason,
        })),
      ),
    ),
  );
}

function strategyOf(migration: Migration, table: ResolvedTable, copy: CopyStep | undefined): CopyStep['strategy'] {
  if (table.kind === 'table') return copy?.strategy ?? 'sql';
  const built = migration.steps.some((step) => step.kind === 'create-full-text' && step.table === table.name);
  return built ? 'fts' : 'graft';
}

/** Rows of a source that gave way to a row with the same key in another source. */
function supersededRows(
  migration: Migration,
  target: ResolvedTarget,
  table: ResolvedTable,
  source: ResolvedSource,
): number {
  return migration.measurements.superseded.get(sourceKey(target, table, source)) ?? 0;
}

/** The sources' sizes, by the share of their tables that goes into the target. */
function estimatedBytes(migration: Migration, target: string): number {
  const shares = migration.inventory.databases.map((database) => {
    const tables = database.tables.filter((table) => table.kind === 'table');
    const moved = migration.steps.filter(
      (step) => step.kind === 'copy' && step.target === target && step.database === database.path,
    );
    return tables.length === 0 ? 0 : (database.bytes * moved.length) / tables.length;
  });
  return Math.round(shares.reduce((sum, share) => sum + share, 0));
}
