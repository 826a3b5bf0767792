import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from './errors';
import { exists, writeFileAtomically } from './files';
import { absentInventory } from './inventory/absent';
import type { Inventory } from './inventory/inventory';
import { changedSince } from './migration/backup';
import type { Manifest } from './migration/backup';
import { compileMigration } from './migration/compile';
import type { Migration } from './migration/compile';
import { loadRecovered } from './migration/legacy-images';
import { NOTHING_MEASURED, measure } from './migration/measure';
import type { Measurements } from './migration/measure';
import { withLock } from './migration/lock';
import { dryRun, runMigration } from './migration/migrate';
import { recoverRuns } from './migration/recover';
import { describeTargets } from './migration/table-shapes';
import { rollBack } from './migration/rollback';
import { chooseRun, readRunInput } from './migration/runs';
import type { Run } from './migration/runs';
import { verifyPublished } from './migration/verify-published';
import { checkPlan, sortFindings } from './plan/check';
import { draftPlan } from './plan/draft';
import { importMapping } from './plan/export-mapping';
import type { PipelineOptions } from './pipeline-options';
import { parsePlan, readPlan } from './plan/read';
import type { ResolvedPlan } from './plan/resolved';
import { settlePlan } from './plan/settle';
import type { Wishes } from './plan/settle';
import type { Finding } from './ports';
import { openCodeFiles } from './refactoring/code-files';
import { KeptFixes } from './refactoring/kept-fixes';
import { recordRefactoring, undoRefactorings } from './refactoring/record';
import { planRefactoring } from './refactoring/refactor';
import { writeEdits } from './refactoring/write-edits';
import { scanReferences, scanWithTexts } from './references/scan';
import type { ScanReferencesOptions } from './references/scan';
import type { ReferencesResult } from './references/reference';
import { exportDocuments, exportWish } from './report/export';
import { writeDocuments } from './report/write-documents';
import type {
  CheckResult,
  DraftResult,
  ExportResult,
  ImportResult,
  MigrateResult,
  MigrationMode,
  RefactorResult,
  RollbackResult,
  StatusResult,
  VerifyResult,
} from './results';
import { workspaceStatus } from './status';
import { setNewest } from './maps';
import { planFileOf, planWorkspace, refuseEmpty, scanWorkspace } from './workspace-state';
import type { PlannedWorkspace } from './workspace-state';

export interface DraftOptions {
  /** One target at this path. */
  readonly into?: string;
  /** Names of several targets. */
  readonly targets?: readonly string[];
  readonly prefix?: string;
  readonly name?: string;
  /** Overwrite an existing plan file. */
  readonly force?: boolean;
  /** Compute the text without writing it. */
  readonly dryRun?: boolean;
  /** Legacy databases (paths or globs) that stay as they are, with the reason. */
  readonly keep?: Readonly<Record<string, string>>;
  /** How conflicts are settled; where there is a plan and `force` is not given, those of the plan that is there. */
  readonly resolve?: Wishes;
}

export interface ExportOptions {
  /** `schema`, `comparison`, `mapping` or `graph`. */
  readonly kind?: string;
  /** Default: what the ending of `output` says, else the first format of the kind. */
  readonly format?: string;
  /** File below the workspace; a folder where it ends with "/" or is one. Without it nothing is written. */
  readonly output?: string;
  /** Replace files that have another content. */
  readonly force?: boolean;
}

export interface ImportOptions {
  /** The mapping as CSV: a path, relative to the workspace. Default: `migration_mapping.csv`. */
  readonly file?: string;
  /** Compute the plan without writing it. */
  readonly dryRun?: boolean;
}

export interface ReferencesOptions {
  /**
   * Told the references before all of their fixes are known: those of files in `fixesPending`, and which references of
   * them are set aside, come with the result. The first search of a workspace tells what it found so far, again and again.
   */
  readonly onReferences?: (found: ReferencesResult) => void;
}

/** The verbs of the product, composed from the stages. The command line and the worker call these and nothing else. */
export interface Pipeline {
  scan(options: PipelineOptions): Promise<Inventory>;
  draft(options: PipelineOptions & DraftOptions): Promise<DraftResult>;
  check(options: PipelineOptions): Promise<CheckResult>;
  export(options: PipelineOptions & ExportOptions): Promise<ExportResult>;
  import(options: PipelineOptions & ImportOptions): Promise<ImportResult>;
  migrate(options: PipelineOptions & { mode: MigrationMode }): Promise<MigrateResult>;
  verify(options: PipelineOptions & { run?: string }): Promise<VerifyResult>;
  /** Returns the data, and the code that `refactor` rewrote unless `dataOnly`. */
  rollback(
    options: PipelineOptions & { run?: string; keepCopy?: boolean; dataOnly?: boolean },
  ): Promise<RollbackResult>;
  status(options: PipelineOptions): Promise<StatusResult>;
  references(options: PipelineOptions & ReferencesOptions): Promise<ReferencesResult>;
  refactor(options: PipelineOptions & { write: boolean; files?: readonly string[] }): Promise<RefactorResult>;
}

/** The pipeline over the file system. It holds no state: every call reads what it needs. */
export function createPipeline(): Pipeline {
  return {
    scan,
    draft,
    check,
    export: exportPlan,
    import: importPlan,
    migrate,
    verify,
    rollback,
    status,
    references,
    refactor,
  };
}

async function scan(options: PipelineOptions): Promise<Inventory> {
  const inventory = await scanWorkspace(options);
  const { references: found, absentDatabases = [] } = await findReferences(options, inventory);
  const count = new Map<string, number>();
  for (const { kind, database } of found) if (kind === 'path') count.set(database, (count.get(database) ?? 0) + 1);
  return {
    ...inventory,
    databases: [
      ...inventory.databases.map((database) => ({ ...database, references: count.get(database.path) ?? 0 })),
      ...(await absentInventory(absentDatabases)),
    ].sort((left, right) => (left.path < right.path ? -1 : 1)),
  };
}

async function draft(options: PipelineOptions & DraftOptions): Promise<DraftResult> {
  const planFile = planFileOf(options);
  const file = path.join(options.workspace, planFile);
  const there = !options.force && (await exists(file));
  if (there && options.resolve) return settle(options, options.resolve);
  if (there && !options.dryRun) {
    throw new ConsolidationError('USAGE', `${planFile} exists already. Edit it, or draft it anew with --force.`, {
      file: planFile,
    });
  }
  const inventory = await scan(options);
  refuseEmpty(inventory);
  const measure = collisionsOf(inventory, options);
  const { text, findings, settled } = await draftPlan(inventory, { ...options, measure });
  if (!options.dryRun) await writeFileAtomically(file, text);
  return {
    version: 1,
    ok: findings.every((finding) => finding.severity !== 'error'),
    planFile,
    text,
    written: !options.dryRun,
    findings,
    settled,
  };
}

/** Settles conflicts of the plan that is there; its comments and everything else stay. */
async function settle(options: PipelineOptions & DraftOptions, wishes: Wishes): Promise<DraftResult> {
  const { workspace, dryRun = false } = options;
  const planFile = planFileOf(options);
  const { inventory } = await planWorkspace(options);
  const before = await readPlan(planFile, { workspace, text: options.documents?.[planFile] });
  const context = { inventory, measure: collisionsOf(inventory, options) };
  const { document, settled, check: after } = await settlePlan(before, context, wishes);
  const written = !dryRun && document.text !== before.text;
  if (written) await writeFileAtomically(path.join(workspace, planFile), document.text);
  return { version: 1, ok: after.ok, planFile, text: document.text, written, findings: after.findings, settled };
}

function collisionsOf(inventory: Inventory, options: PipelineOptions) {
  const load = (database: string) => loadRecovered(options.workspace, database);
  return async (resolved: ResolvedPlan) => (await measure(resolved, inventory, load, options)).collisions;
}

async function check(options: PipelineOptions): Promise<CheckResult> {
  const planned = await planWorkspace(options);
  const { resolved } = planned.published ? planned : await measured(planned, options);
  const { planFile } = planned;
  return { version: 1, ok: !hasErrors(resolved), planFile, findings: sortFindings(resolved.findings), resolved };
}

async function exportPlan(options: PipelineOptions & ExportOptions): Promise<ExportResult> {
  const { kind, format } = exportWish(options.kind, options.format, options.output);
  const { workspace, output, force = false } = options;
  const { planFile, plan, resolved, inventory } = await planWorkspace(options);
  const uses = kind === 'graph' ? usesOf(await findReferences(options, inventory)) : [];
  const documents = exportDocuments(kind, format, { plan, resolved, inventory, uses });
  const guarded = new Set([
    planFile,
    ...resolved.targets.map((target) => target.path),
    ...inventory.databases.map((database) => database.path),
  ]);
  return {
    version: 1,
    ok: !hasErrors(resolved),
    planFile,
    kind,
    format,
    documents: documents.map(({ file, content }) => ({
      file,
      bytes: Buffer.byteLength(content),
      ...(typeof content === 'string' ? { text: content } : { base64: Buffer.from(content).toString('base64') }),
    })),
    written: output === undefined ? [] : await writeDocuments(workspace, output, documents, guarded, force),
    findings: sortFindings(resolved.findings),
  };
}

/** Who names which database, and which tables statements join. */
const usesOf = ({ references: found, joins = [] }: ReferencesResult) => [
  ...found,
  ...joins.map(({ file, database, tables }) => ({ file, database, joins: tables })),
];

async function importPlan(options: PipelineOptions & ImportOptions): Promise<ImportResult> {
  const { workspace, file = 'migration_mapping.csv', dryRun = false } = options;
  const planFile = planFileOf(options);
  const document = await readPlan(planFile, { workspace, text: options.documents?.[planFile] });
  const text = importMapping(await readMapping(workspace, file), document, file);
  const imported = parsePlan(text, planFile);
  const changed = text !== document.text;
  const { inventory } = await planWorkspace({ ...options, documents: { ...options.documents, [planFile]: text } });
  const { findings, ok } = await checkPlan(imported, inventory);
  const written = changed && !dryRun;
  if (written) await writeFileAtomically(path.join(workspace, planFile), text);
  return { version: 1, ok, planFile, file, text, changed, written, findings };
}

async function readMapping(workspace: string, file: string): Promise<string> {
  try {
    return await readFile(path.resolve(workspace, file), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConsolidationError(
      'USAGE',
      `The mapping ${file} cannot be read (${code ?? 'unknown reason'}). Write it with \`export mapping --output ${file}\`, or name another file.`,
      { file },
      { cause },
    );
  }
}

const hasErrors = (resolved: ResolvedPlan) => resolved.findings.some((finding) => finding.severity === 'error');

/** A plan that is right as far as the schemas tell, held against the data: key collisions become findings. */
async function measured(
  planned: PlannedWorkspace,
  options: PipelineOptions,
): Promise<{ readonly resolved: ResolvedPlan; readonly measurements: Measurements }> {
  const { resolved, inventory } = planned;
  if (hasErrors(resolved)) return { resolved, measurements: NOTHING_MEASURED };
  const measurements = await measure(
    resolved,
    inventory,
    (database) => loadRecovered(options.workspace, database),
    options,
  );
  if (measurements.collisions.length === 0) return { resolved, measurements };
  return { resolved: await planned.resolveWith(measurements.collisions), measurements };
}

async function migrate(options: PipelineOptions & { mode: MigrationMode }): Promise<MigrateResult> {
  const { workspace, mode } = options;
  // Everything that can be refused is refused before the lock, which is the first thing written.
  const prepared = await prepare(options);
  if (mode === 'dry-run')
    return 'status' in prepared ? prepared : dryRun(workspace, prepared.migration, prepared.warnings);
  return withLock(workspace, async () => {
    const current = (await recoverRuns(workspace)) ? await prepare(options) : prepared;
    if ('status' in current) return current;
    const { migration, planHash, warnings } = current;
    return runMigration(workspace, migration, planHash, mode, warnings, options);
  });
}

/** The compiled migration; or, when its targets stand already, the result that says so. */
async function prepare(
  options: PipelineOptions,
): Promise<MigrateResult | { migration: Migration; planHash: string; warnings: readonly Finding[] }> {
  const planned = await planWorkspace(options);
  if (planned.published) return unchanged(planned, planned.published);
  refuseEmpty(planned.inventory);
  const { resolved, measurements } = await measured(planned, options);
  return {
    migration: compileMigration(resolved, planned.inventory, measurements, await describeTargets(resolved)),
    planHash: planned.planHash,
    warnings: resolved.findings.filter((finding) => finding.severity === 'warning'),
  };
}

/** Targets that stand are never built again: programs may have written to them. */
async function unchanged(
  planned: PlannedWorkspace,
  published: NonNullable<PlannedWorkspace['published']>,
): Promise<MigrateResult> {
  const before = await readRunInput(published);
  const meaning = (plan: PlannedWorkspace['resolved']) => JSON.stringify([plan.targets, plan.databases]);
  if (meaning(before.resolved) !== meaning(planned.resolved)) {
    throw new ConsolidationError(
      'TARGET_EXISTS',
      `The plan was changed after run ${published.directory.run} published its targets. Run \`rollback\` first, then \`migrate\` again.`,
      { run: published.directory.run },
    );
  }
  const report = await published.directory.readJson<MigrateResult>('report.json');
  const warnings = await writtenSince(planned.resolved, published);
  return { ...report, status: 'unchanged', steps: [], warnings, milliseconds: 0 };
}

/** Merged legacy databases that were written after the run read them: code that was missed still uses them. */
async function writtenSince(resolved: ResolvedPlan, published: Run): Promise<Finding[]> {
  const manifest = await published.directory.readJson<Manifest>('manifest.json');
  const aside = new Set(published.publications.flatMap(({ replaced }) => replaced.map(({ from }) => from)));
  const merged = new Set(resolved.databases.filter(({ action }) => action === 'merge').map(({ path: file }) => file));
  const read = manifest.databases.filter(({ path: file }) => merged.has(file) && !aside.has(file));
  const changed = (await changedSince(published.directory.workspace, read)).filter(({ state }) => state === 'changed');
  return [...new Set(changed.map(({ database }) => database))].map((database) => ({
    code: 'LEGACY_DATABASE_CHANGED',
    severity: 'warning',
    message: `${database} was opened and changed after it was migrated. If a program wrote rows there, they are not in the targets: find it with \`references\`, roll back, and migrate again.`,
    database,
  }));
}

async function verify(options: PipelineOptions & { run?: string }): Promise<VerifyResult> {
  const run = await chooseRun(options.workspace, options.run, ['published']);
  return verifyPublished(options.workspace, run, options);
}

async function rollback(
  options: PipelineOptions & { run?: string; keepCopy?: boolean; dataOnly?: boolean },
): Promise<RollbackResult> {
  const { workspace } = options;
  await chooseRun(workspace, options.run, ['published', 'interrupted', 'rolled-back']);
  return withLock(workspace, async () => {
    const run = await chooseRun(workspace, options.run, ['published', 'interrupted', 'rolled-back']);
    const result = await rollBack(workspace, run, options.keepCopy ?? false);
    const code = options.dataOnly ? { returned: [], edited: [] } : await undoRefactorings(workspace);
    return { ...result, code };
  });
}

async function status(options: PipelineOptions): Promise<StatusResult> {
  if (!(await exists(path.join(options.workspace, planFileOf(options))))) return workspaceStatus(options, 0);
  try {
    const { references: found } = await references(options);
    return await workspaceStatus(options, found.filter((reference) => reference.stale).length);
  } catch (error) {
    // What was done, and the way back, are known without the plan.
    if (error instanceof ConsolidationError && Array.isArray(error.details.findings))
      return workspaceStatus(options, 0, error.toValue());
    throw error;
  }
}

/** References with their fixes; without a plan nothing is stale yet. */
async function references(options: PipelineOptions & ReferencesOptions): Promise<ReferencesResult> {
  if (!(await exists(path.join(options.workspace, planFileOf(options)))))
    return findReferences(options, await scanWorkspace(options));
  const planned = await planWorkspace(options);
  const { onReferences } = options;
  const wanted = searchOf(options, planned.inventory, planned);
  const { workspace, documents = {}, changed, signal } = options;
  const fixes = fixesOf(workspace);
  const tell = (found: ReferencesResult, textOf: (file: string) => string | undefined) =>
    onReferences?.(fixes.expect(found, planned.resolved, textOf));
  const { found, texts } = await scanWithTexts({ ...wanted, onFound: (early) => tell(early, () => undefined) });
  const scanned = (file: string) => texts.of(file);
  tell(found, (file) => texts.get(file));
  return fixes.attach(found, planned.resolved, { documents, changed, scanned }, signal);
}

/** The fixes of a workspace from one search to the next. */
const keptFixes = new Map<string, KeptFixes>();
const MOST_WORKSPACES = 8;

function fixesOf(workspace: string): KeptFixes {
  const fixes = keptFixes.get(workspace) ?? new KeptFixes(workspace);
  setNewest(keptFixes, workspace, fixes, MOST_WORKSPACES);
  return fixes;
}

function findReferences(
  options: PipelineOptions,
  inventory: Inventory,
  planned?: PlannedWorkspace,
): Promise<ReferencesResult> {
  return scanReferences(searchOf(options, inventory, planned));
}

function searchOf(options: PipelineOptions, inventory: Inventory, planned?: PlannedWorkspace): ScanReferencesOptions {
  const { workspace, signal, progress, tasks, documents = {}, exclude = [], roles } = options;
  return {
    changed: options.changed,
    roles,
    workspace,
    signal,
    progress,
    tasks,
    documents: new Map(Object.entries(documents)),
    exclude: [planFileOf(options), ...exclude, ...(planned?.plan.references?.exclude ?? [])],
    databases: inventory.databases.map((database) => ({
      path: database.path,
      tables: database.tables.map((table) => table.name),
    })),
    plan: planned?.resolved,
  };
}

async function refactor(
  options: PipelineOptions & { write: boolean; files?: readonly string[] },
): Promise<RefactorResult> {
  const { workspace } = options;
  const planned = await planWorkspace(options);
  const found = await findReferences(options, planned.inventory, planned);
  const code = openCodeFiles(workspace, options.documents);
  const only = options.files && new Set(options.files);
  const result = planRefactoring(found, planned.resolved, code, only);
  if (!options.write || result.edits.length === 0) return result;
  const files = result.files.map(({ file }) => file);
  await recordRefactoring(workspace, files, () => writeEdits(workspace, result.edits, { expected: code.known }));
  return { ...result, written: true, ok: result.left.length === 0 };
}
