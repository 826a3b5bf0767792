import { readFile } from 'node:fs/promises';
import nodePath from 'node:path';
import { loadEngine, type Engine } from '../engine';
import type { Inventory } from '../inventory/inventory';
import { checkNames } from './check-names';
import { BUILT_IN_PROFILES, type Plan } from './definition';
import { forgetParsedStatements } from './ddl';
import { closeScratch } from './dependents';
import { foldName, sameName } from '../sqlite/sql-tokens';
import { decideDispositions, groupTables, tableDispositions, type DatabaseFate } from './dispositions';
import { quote } from './issues';
import { refersTo } from './legacy-parent';
import type { PlanPath, PlanPosition } from './locate';
import { otherPlans, type OtherPlan } from './other-plans';
import { reportCollisions, type MeasuredRows } from './measured-rows';
import { relateDatabases } from './relate';
import { Reporter } from './reporter';
import type { Profile, ResolvedDatabase, ResolvedPlan, ResolvedTarget } from './resolved';
import { resolutionId } from './resolution-id';
import { resolveTarget } from './resolve-target';
import { planDatabases } from './sources';
import { readSuppliedSchema, type SuppliedSchema } from './supplied-schema';
import { GroupIndex } from './table-group';

/** What resolving may be given besides plan and inventory. */
export interface ResolveContext {
  /** The plan file, as findings name it. */
  readonly file?: string;
  /** Place of an element in it. */
  readonly locate?: (path: PlanPath) => PlanPosition;
  /** Text of a DDL file, by workspace-relative path; default: read from the workspace. */
  readonly readText?: (path: string) => Promise<string>;
  /** Figures that only the data can give (key collisions, rows the DDL refuses), from the preflight of the migration. */
  readonly measured?: MeasuredRows;
  /** Do not let SQLite run the derived DDL; for callers that need names and dispositions only. */
  readonly skipValidation?: boolean;
}

/**
 * Applies a plan to an inventory. Never throws for what is wrong with the plan: that is in `findings`, and what could not
 * be resolved is left out of `targets`.
 */
export async function resolvePlan(
  plan: Plan,
  inventory: Inventory,
  context: ResolveContext = {},
): Promise<ResolvedPlan> {
  try {
    return await resolve(plan, inventory, context);
  } finally {
    forgetParsedStatements();
    closeScratch();
  }
}

async function resolve(plan: Plan, inventory: Inventory, context: ResolveContext): Promise<ResolvedPlan> {
  const reporter = new Reporter(context.file, context.locate);
  const engine = await loadEngine();
  const others = context.file === undefined ? [] : await otherPlans(inventory.workspace, context.file);
  checkTargets(plan, inventory, others, reporter);
  const fates = decideDispositions(plan, planDatabases(plan, inventory), reporter);
  const groups = groupTables(plan, fates, reporter);
  const index = new GroupIndex(groups);
  const supplied = new Map<string, SuppliedSchema>();
  for (const [name, planned] of Object.entries(plan.targets)) {
    const schema = await suppliedSchema(engine, name, planned.schema, inventory, context, reporter);
    if (schema) supplied.set(name, schema);
  }
  const dependents = relateDatabases(engine, fates, index, plan.relations ?? {}, supplied, reporter);
  const replaced = replacedDatabases(plan, fates);
  const targets: ResolvedTarget[] = [];
  for (const [name, planned] of Object.entries(plan.targets)) {
    targets.push(
      resolveTarget({
        engine,
        plan,
        name,
        planned,
        profile: resolveProfile(plan, name, supplied.get(name), reporter),
        replaces: replaced.get(name),
        groups: index,
        supplied: supplied.get(name),
        dependents: dependents.filter((dependent) => dependent.target === name),
        reporter,
        validate: !context.skipValidation,
        known: new Set(),
      }),
    );
  }
  checkNames(plan, targets, index, reporter);
  if (context.measured) reportCollisions(context.measured, index, reporter);
  const relations = resolveRelations(plan, targets, reporter);
  checkRollout(plan, reporter);
  return {
    name: plan.name,
    targets,
    databases: fates.map((fate) => resolveDatabase(fate, index)),
    compatibility: { views: plan.compatibility?.views ?? true, symlinks: plan.compatibility?.symlinks ?? false },
    checks: plan.checks ?? [],
    access: plan.access ?? {},
    relations,
    findings: reporter.findings,
  };
}

function checkTargets(plan: Plan, inventory: Inventory, others: readonly OtherPlan[], reporter: Reporter): void {
  const byPath = new Map<string, string>();
  const legacy = new Map(inventory.databases.map((database) => [database.path, database]));
  const taken = new Set([
    ...Object.values(plan.targets).map((target) => target.path.toLowerCase()),
    ...others.flatMap(({ targets }) => targets.map((target) => target.path.toLowerCase())),
    ...[...legacy.keys()].map((path) => path.toLowerCase()),
  ]);
  for (const [name, target] of Object.entries(plan.targets)) {
    const at = ['targets', name, 'path'];
    const folded = target.path.toLowerCase();
    const free = freePath(target.path, taken);
    const resolutions = [{ id: resolutionId('target-path', name, free), title: `Put ${name} at ${free}` }];
    const other = byPath.get(folded);
    if (other !== undefined)
      reporter.error(
        'TARGET_PATHS_CLASH',
        at,
        `The targets ${quote(other)} and ${quote(name)} have the same path (some file systems do not tell upper from lower case). Give each its own.`,
        {
          details: {
            sides: [
              { target: other, path: plan.targets[other]!.path },
              { target: name, path: target.path },
            ],
          },
          resolutions,
        },
      );
    byPath.set(folded, name);
    for (const { file, targets } of others)
      for (const theirs of targets)
        if (theirs.path.toLowerCase() === folded)
          reporter.error(
            'TARGET_PATHS_CLASH',
            at,
            `The target ${quote(name)} has the path of ${quote(theirs.name)} in the plan ${file}. Give one of them another path, or remove the other plan.`,
            {
              details: {
                sides: [
                  { target: name, path: target.path },
                  { plan: file, target: theirs.name, path: theirs.path },
                ],
              },
              resolutions,
            },
          );
    if (target.path.split('/')[0] === '.sqlite-consolidator' || /-(wal|shm|journal)$/.test(target.path))
      reporter.error(
        'TARGET_PATH_RESERVED',
        at,
        `${quote(target.path)} cannot be the path of a target: it belongs to the consolidator, or to a database beside it. Choose another.`,
        { details: { target: name, path: target.path } },
      );
    const source = legacy.has(target.path) ? plan.sources[target.path] : undefined;
    if (source && source.action === 'keep')
      reporter.error(
        'TARGET_PATH_OCCUPIED',
        at,
        `${quote(target.path)} is a legacy database that is kept, so it cannot be the path of ${quote(name)}. Choose another path, or merge the database.`,
        { database: target.path, details: { target: name, path: target.path }, resolutions },
      );
  }
}

/** `data/core_2.db` for `data/core.db`: the first that nothing has. */
function freePath(path: string, taken: ReadonlySet<string>): string {
  const dot = path.lastIndexOf('.');
  const [stem, ending] = dot > path.lastIndexOf('/') + 1 ? [path.slice(0, dot), path.slice(dot)] : [path, ''];
  for (let number = 2; ; number++) {
    const candidate = `${stem}_${number}${ending}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}

/** Legacy databases in whose place a target comes, by target. */
function replacedDatabases(plan: Plan, fates: readonly DatabaseFate[]): Map<string, string> {
  const replaced = new Map<string, string>();
  for (const [name, target] of Object.entries(plan.targets)) {
    const fate = fates.find(({ planned }) => planned.database.path === target.path);
    if (fate && fate.planned.database.kind !== 'absent' && fate.planned.source?.action !== 'keep')
      replaced.set(name, target.path);
  }
  return replaced;
}

function resolveProfile(plan: Plan, name: string, supplied: SuppliedSchema | undefined, reporter: Reporter): Profile {
  const wanted = plan.targets[name]!.profile ?? 'standard';
  const own = Object.hasOwn(plan.profiles ?? {}, wanted) ? plan.profiles![wanted] : undefined;
  const builtIn = Object.hasOwn(BUILT_IN_PROFILES, wanted) ? BUILT_IN_PROFILES[wanted] : undefined;
  if (!own && !builtIn)
    reporter.error(
      'PROFILE_UNKNOWN',
      ['targets', name, 'profile'],
      `There is no profile ${quote(wanted)}. Use standard, ledger or cache, or define it in "profiles".`,
    );
  // What the DDL file says is the weakest: the plan is where decisions are.
  const fromDdl = plan.targets[name]!.profile === undefined ? knownPragmas(supplied?.pragmas ?? {}) : {};
  return Object.fromEntries(
    Object.entries({ ...BUILT_IN_PROFILES.standard, ...fromDdl, ...builtIn, ...own }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as Profile;
}

function knownPragmas(pragmas: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pragmas).filter(
      ([name, value]) =>
        ['journal_mode', 'synchronous', 'auto_vacuum', 'foreign_keys'].includes(name) && /^[A-Z]+$/.test(value),
    ),
  );
}

async function suppliedSchema(
  engine: Engine,
  target: string,
  path: string | undefined,
  inventory: Inventory,
  context: ResolveContext,
  reporter: Reporter,
): Promise<SuppliedSchema | undefined> {
  if (path === undefined) return undefined;
  const at = ['targets', target, 'schema'];
  const read =
    context.readText ?? ((relative: string) => readFile(nodePath.join(inventory.workspace, relative), 'utf8'));
  let script: string;
  try {
    script = await read(path);
  } catch (error) {
    reporter.error(
      'SCHEMA_MISSING',
      at,
      `The unified DDL ${quote(path)} cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}). Create it ("export schema" writes the derived one), or remove "schema".`,
    );
    return undefined;
  }
  return readSuppliedSchema(engine, script, path, at, reporter);
}

function resolveRelations(
  plan: Plan,
  targets: readonly ResolvedTarget[],
  reporter: Reporter,
): ResolvedPlan['relations'] {
  const known = (address: string, at: PlanPath) => {
    const [target = '', ...parts] = address.split('.');
    const tables = targets.find((candidate) => candidate.name === target)?.tables ?? [];
    // Names may hold dots, so every way to read the address is tried.
    for (let length = 1; length < parts.length; length++) {
      const found = tables.find((candidate) => sameName(candidate.name, parts.slice(0, length).join('.')));
      const name = found?.columns.find((candidate) => sameName(candidate, parts.slice(length).join('.')));
      if (found && name !== undefined) return { target, table: found.name, column: name };
    }
    reporter.error(
      'RELATION_UNKNOWN',
      at,
      `There is no column ${quote(address)} in the targets. Write "target.table.column" with unified names.`,
    );
    return undefined;
  };
  const relations = Object.entries(plan.relations ?? {}).flatMap(([from, to]) => {
    const at = ['relations', from];
    const child = known(from, at);
    const parent = known(to, at);
    return child && parent ? [{ from: child, to: parent }] : [];
  });
  reportCycle(relations, reporter);
  reportAmbiguous(relations, targets, reporter);
  return relations;
}

/**
 * Each source of a table that gets new ids has its own map of ids. A reference follows the map of the source in its own
 * database; where that has several, the legacy foreign key has to say which one is meant, and where it has none, nothing
 * can.
 */
function reportAmbiguous(
  relations: ResolvedPlan['relations'],
  targets: readonly ResolvedTarget[],
  reporter: Reporter,
): void {
  const address = (target: string, table: string) => JSON.stringify([target, foldName(table)]);
  const tables = new Map(
    targets.flatMap((target) => target.tables.map((table) => [address(target.name, table.name), table] as const)),
  );
  const tableOf = (target: string, table: string) => tables.get(address(target, table));
  const declared = targets.flatMap((target) =>
    target.tables.flatMap((child) =>
      (child.foreignKeys ?? []).flatMap((key) =>
        key.columns.map((column) => ({
          child,
          column,
          parent: tableOf(target.name, key.table),
          at: ['targets', target.name] as PlanPath,
        })),
      ),
    ),
  );
  const listed = relations.map(({ from, to }) => ({
    child: tableOf(from.target, from.table),
    column: from.column,
    parent: tableOf(to.target, to.table),
    at: ['relations', `${from.target}.${from.table}.${from.column}`] as PlanPath,
  }));
  for (const { child, column, parent, at } of [...declared, ...listed])
    for (const source of child?.sources ?? []) {
      const own = source.columns.some((mapping) => mapping.kind === 'column' && sameName(mapping.target, column));
      const parents = parent?.sources ?? [];
      const meant = parents.filter(({ database }) => database === source.database);
      if (own && meant.length === 0 && at[0] === 'relations' && parents.length > 1 && parents.some(renumbers)) {
        const databases = parents.map(({ database }) => database).join(', ');
        reporter.error(
          'RELATION_AMBIGUOUS',
          at,
          `${source.table} of ${source.database} refers by ${column} to ${parent!.name}, whose rows come from ${databases} with new ids; nothing says whose ids are meant. Keep their keys, or keep these tables apart.`,
          { database: source.database, table: source.table },
        );
      }
      if (meant.length < 2 || !meant.some(renumbers)) continue;
      if (!own || meant.some((candidate) => refersTo(source, column, parent!, candidate))) continue;
      reporter.error(
        'RELATION_AMBIGUOUS',
        at,
        `${source.table} of ${source.database} refers by ${column} to ${parent!.name}, which ${meant.map(({ table }) => table).join(' and ')} become with new ids; nothing says which of them is meant. Keep these tables apart, or keep their keys.`,
        { database: source.database, table: source.table },
      );
    }
}

/** Rows of tables in a circle of relations cannot all come after their parents. */
function reportCycle(relations: ResolvedPlan['relations'], reporter: Reporter): void {
  const next = new Map<string, string[]>();
  const id = (address: { target: string; table: string }) => `${address.target}.${foldName(address.table)}`;
  for (const { from, to } of relations)
    if (id(from) !== id(to)) next.set(id(from), [...(next.get(id(from)) ?? []), id(to)]);
  const done = new Set<string>();
  for (const { from } of relations) {
    const path: string[] = [];
    const visit = (node: string): string[] | undefined => {
      if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
      if (done.has(node)) return undefined;
      path.push(node);
      for (const neighbour of next.get(node) ?? []) {
        const circle = visit(neighbour);
        if (circle) return circle;
      }
      path.pop();
      done.add(node);
      return undefined;
    };
    const circle = visit(id(from));
    if (!circle) continue;
    reporter.error(
      'RELATION_CYCLE',
      ['relations', `${from.target}.${from.table}.${from.column}`],
      `These relations lead in a circle: ${circle.join(' → ')}. Remove one of them.`,
    );
    return;
  }
}

const renumbers = ({ keys }: { readonly keys: unknown }) => keys === 'renumber';

function checkRollout(plan: Plan, reporter: Reporter): void {
  plan.rollout?.stages.forEach((stage, number) =>
    stage.targets.forEach((target, position) => {
      if (!Object.hasOwn(plan.targets, target))
        reporter.error(
          'STAGE_TARGET_UNKNOWN',
          ['rollout', 'stages', number, 'targets', position],
          `The plan has no target ${quote(target)}. Correct the stage.`,
        );
    }),
  );
}

function resolveDatabase(fate: DatabaseFate, groups: GroupIndex): ResolvedDatabase {
  const { database, source } = fate.planned;
  return {
    path: database.path,
    // Without an entry nothing may happen to it; the finding says so.
    action: source?.action ?? 'keep',
    ...(source?.reason === undefined ? {} : { reason: source.reason }),
    ...(source === undefined ? { reason: 'the plan does not say what becomes of it' } : {}),
    tables: tableDispositions(fate, groups),
  };
}
