import { groupBy } from '../maps';
import type { Inventory, InventoryDatabase } from '../inventory/inventory';
import type { Finding } from '../ports';
import { checkPlan, type PlanCheck } from './check';
import type { Plan, PlanSource, PlanTable } from './definition';
import { draftDatabases, findFamilies, type DatabaseFamily, type DraftedDatabase } from './draft-databases';
import { draftTables, rowsOf, type DraftedTable, type DraftedTables, type NameConflict } from './draft-tables';
import { draftTargets, type DraftedTargets } from './draft-targets';
import { objectText, type CommentedEntry } from './draft-text';
import { foldName, sameName } from '../sqlite/sql-tokens';
import { parsePlan, type PlanDocument } from './read';
import { Reporter } from './reporter';
import {
  SAFE,
  checkMeasured,
  chosenFor,
  settlePlan,
  type SettleContext,
  type SettledFinding,
  type Wishes,
} from './settle';
import { movableTables } from './sources';

/** What a person can wish of the draft. */
export interface DraftOptions {
  /** One target at this path, which may be that of a legacy file. */
  readonly into?: string;
  /** Names of several targets. */
  readonly targets?: readonly string[];
  /** Put before table names: `domain` finds the word for each table, anything else is taken as it is. */
  readonly prefix?: string;
  readonly name?: string;
  /** Legacy databases (paths or globs) that stay as they are, with the reason. */
  readonly keep?: Readonly<Record<string, string>>;
  /** How conflicts are settled. */
  readonly resolve?: Wishes;
  /** Counts what only the data tells (key collisions, refused rows), for a plan without errors. */
  readonly measure?: SettleContext['measure'];
}

export interface PlanDraft {
  readonly plan: Plan;
  /** The plan as JSONC; comments say why each thing is proposed. */
  readonly text: string;
  /** Conflicts and choices, then what `check` says of the drafted plan. Lines are those of `text`. */
  readonly findings: readonly Finding[];
  /** What `resolve` settled. */
  readonly settled: readonly SettledFinding[];
}

/** Proposes a plan. The same inventory and wishes give the same text. */
export async function draftPlan(inventory: Inventory, options: DraftOptions = {}): Promise<PlanDraft> {
  const databases = draftDatabases(inventory, options.into, options.keep ?? {});
  const families = findFamilies(databases, options.into);
  const targets = draftTargets(databases, families, options);
  const merged = databases.filter(({ action }) => action === 'merge').map(({ database }) => database);
  const tables = draftTables(merged, families, targets, { own: options.into, prefix: options.prefix });
  const parts: DraftParts = {
    name: options.name ?? projectName(inventory.workspace),
    databases,
    families,
    targets,
    tables,
    entries: groupBy(tables.tables, ({ database }) => database),
    retiredViews: new Map(),
  };
  const first = parsePlan(planText(parts));
  // Views that cannot come along are found by SQLite; the draft retires them with its reason.
  const firstCheck = await checkPlan(first, inventory);
  const views = brokenViews(firstCheck, inventory);
  const drafted = views.size === 0 ? first : parsePlan(planText({ ...parts, retiredViews: views }));
  const context: SettleContext = { inventory, measure: options.measure, ownComments: true };
  const wishes = options.resolve ?? {};
  const { document, settled, check } =
    Object.keys(wishes).length === 0
      ? { document: drafted, settled: [], check: await checkAgain(drafted, first, firstCheck, context) }
      : await settlePlan(drafted, context, wishes, choices(parts, drafted));
  const all = [...confirmed(choices(parts, drafted), wishes), ...settled];
  const done = new Set(all.map(conflictId));
  const open = choices(parts, document).filter((finding) => !done.has(conflictId(finding)));
  return { plan: document.plan, text: document.text, findings: [...open, ...check.findings], settled: all };
}

/** The check of the first text holds for the same text, when there is nothing to count. */
function checkAgain(
  drafted: PlanDocument,
  first: PlanDocument,
  firstCheck: PlanCheck,
  context: SettleContext,
): Promise<PlanCheck> | PlanCheck {
  return drafted === first && !context.measure ? firstCheck : checkMeasured(drafted, context);
}

/** The draft's choices that a wish agrees with: there is nothing to change. */
function confirmed(findings: readonly Finding[], wishes: Wishes): SettledFinding[] {
  return findings.flatMap((finding): SettledFinding[] => {
    const { code, message, database, table, details } = finding;
    const drafted = finding.resolutions?.find(({ id }) => id === details?.chosen);
    const chosen = chosenFor(finding, wishes);
    if (!drafted || (chosen ? chosen.id !== drafted.id : !Object.hasOwn(wishes, SAFE))) return [];
    return [{ code, message, database, table, resolution: drafted, why: chosen?.why ?? 'what the draft proposes' }];
  });
}

function conflictId(finding: Pick<Finding, 'code' | 'database' | 'table'>): string {
  return JSON.stringify([finding.code, finding.database, finding.table]);
}

interface DraftParts {
  readonly name: string;
  readonly databases: readonly DraftedDatabase[];
  readonly families: readonly DatabaseFamily[];
  readonly targets: DraftedTargets;
  readonly tables: DraftedTables;
  /** The drafted tables by database. */
  readonly entries: ReadonlyMap<InventoryDatabase, readonly DraftedTable[]>;
  /** Reason by database and view. */
  readonly retiredViews: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

function projectName(workspace: string): string {
  return workspace.split(/[\\/]/).findLast((part) => part !== '') ?? 'project';
}

function planText(parts: DraftParts): string {
  const used = Object.entries(parts.targets.targets);
  const entries: CommentedEntry[] = [
    { key: 'version', value: 1 },
    { key: 'name', value: parts.name },
    { key: 'targets', nested: true, value: used.map(([name, target]) => targetEntry(name, target)) },
    {
      key: 'sources',
      nested: true,
      before: 'What becomes of each legacy database and of each of its tables.',
      value: sourceEntries(parts),
    },
    {
      key: 'compatibility',
      before: 'Old table names stay readable and writable as views, for code that was missed.',
      value: { views: true, symlinks: false },
    },
    ...rollout(used.map(([name]) => name)),
  ];
  return `// Consolidation plan, drafted by SQLite Consolidator. Edit it freely; \`check\` says what is missing.\n${objectText(entries)}\n`;
}

function targetEntry(name: string, target: DraftedTargets['targets'][string]): CommentedEntry {
  const { why, ...planned } = target;
  return { key: name, before: why, value: planned };
}

function sourceEntries(parts: DraftParts): CommentedEntry[] {
  const inFamily = new Map(
    parts.families.flatMap((family) => family.members.map((member) => [member.path, family] as const)),
  );
  const done = new Set<DatabaseFamily>();
  return parts.databases.flatMap((drafted): CommentedEntry[] => {
    const family = inFamily.get(drafted.database.path);
    if (!family) return [sourceEntry(drafted.database.path, drafted, [drafted.database], parts)];
    if (done.has(family)) return [];
    done.add(family);
    return [sourceEntry(family.pattern, drafted, family.members, parts)];
  });
}

function sourceEntry(
  key: string,
  drafted: DraftedDatabase,
  members: readonly InventoryDatabase[],
  parts: DraftParts,
): CommentedEntry {
  const { database, action, why } = drafted;
  if (action !== 'merge')
    return { key, before: describe(database), value: { action, reason: why } satisfies PlanSource };
  const assigned = parts.targets.assignment.get(database.path)!;
  const reasons = [why, assigned.why].filter((reason) => reason !== '').join('; ');
  const before =
    members.length > 1
      ? `${members.length} files with the same tables, e.g. ${describe(database)}`
      : describe(database);
  const comment = reasons === '' ? before : `${before}\n→ ${assigned.target}: ${reasons}`;
  if (database.kind === 'absent' && movableTables(database).length === 0)
    return { key, before: comment, value: { action, to: assigned.target } satisfies PlanSource };
  const tables = [...(parts.entries.get(database) ?? [])]
    .sort((a, b) => database.tables.indexOf(a.table) - database.tables.indexOf(b.table))
    .map((table): CommentedEntry => ({
      key: table.table.name,
      value: table.entry satisfies PlanTable,
      behind: table.why,
    }));
  const views = [...(parts.retiredViews.get(database.path) ?? [])].map(([view, reason]): CommentedEntry => ({
    key: view,
    value: { retire: reason } satisfies PlanTable,
    behind: 'a view',
  }));
  return {
    key,
    before: comment,
    nested: true,
    value: [
      { key: 'action', value: action },
      { key: 'tables', nested: true, value: [...tables, ...views] },
    ] satisfies CommentedEntry[],
  };
}

function describe(database: InventoryDatabase): string {
  if (database.kind !== 'sqlite')
    return database.kind === 'absent' ? 'named by code only' : `${database.bytes.toLocaleString('en-US')} bytes`;
  const tables = movableTables(database);
  const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  const wal =
    database.walFrames > 0 ? `, ${database.walFrames.toLocaleString('en-US')} pages still in the write-ahead log` : '';
  return `${tables.length === 1 ? '1 table' : `${tables.length} tables`}, ${rows === 1 ? '1 row' : `${rows.toLocaleString('en-US')} rows`}, ${database.bytes.toLocaleString('en-US')} bytes${wal}`;
}

/** Low risk first: what is analysed, what can be rebuilt, then what the project lives on, written twice for a while. */
function rollout(names: readonly string[]): CommentedEntry[] {
  if (names.length < 2) return [];
  const rank = (name: string) => (/cache|session/i.test(name) ? 1 : /analytic|histor|metric|log/i.test(name) ? 0 : 2);
  const stages = [0, 1, 2].flatMap((wanted) => {
    const targets = names.filter((name) => rank(name) === wanted);
    if (targets.length === 0) return [];
    return [
      wanted === 2 ? { targets, dualWrite: true, monitor: '48h' } : { targets, monitor: wanted === 0 ? '24h' : '0h' },
    ];
  });
  return [
    {
      key: 'rollout',
      before: 'Low risk first; what the project lives on is written twice for a while.',
      value: { stages, rollbackAboveErrorRate: 0.05, retainArchivesFor: '30d' },
    },
  ];
}

function brokenViews(
  check: { readonly findings: readonly Finding[] },
  inventory: Inventory,
): Map<string, Map<string, string>> {
  const views = new Map<string, Map<string, string>>();
  for (const finding of check.findings) {
    if (
      finding.code !== 'DEPENDENT_NOT_REWRITTEN' &&
      finding.code !== 'VIEW_READS_LEFT_OUT' &&
      finding.code !== 'VIEW_SPANS_TARGETS'
    )
      continue;
    const { database, table } = finding;
    const isView = inventory.databases.some(
      ({ path, tables }) =>
        path === database && tables.some((known) => known.kind === 'view' && sameName(known.name, table ?? '')),
    );
    if (!isView || database === undefined || table === undefined) continue;
    const reason =
      finding.code === 'DEPENDENT_NOT_REWRITTEN'
        ? `not valid today: ${String(finding.details?.reason ?? 'SQLite refuses it')}`
        : finding.code === 'VIEW_SPANS_TARGETS'
          ? 'its tables go into several targets'
          : 'a table that it reads is not taken along';
    views.set(database, (views.get(database) ?? new Map<string, string>()).set(table, reason));
  }
  return views;
}

const CHOSEN = {
  merge: () => 'merges them',
  'rename-apart': () => 'keeps them apart under different names',
  'targets-apart': (targets: string) => `sends them to ${targets}, with their databases`,
} as const;

/** The name conflicts with both sides, their figures and what else could be done. */
function choices(parts: DraftParts, document: PlanDocument): Finding[] {
  const reporter = new Reporter(document.file, (path) => document.locate(path));
  for (const conflict of parts.tables.conflicts) {
    const others = conflict.tables.slice(1);
    const { database, table } = others[0]!;
    const at = ['sources', sourceKey(parts, database.path), 'tables', table.name];
    const sides = conflict.tables.map((side) => ({
      database: side.database.path,
      table: side.table.name,
      ...(side.files > 1 ? { files: side.files } : {}),
      rows: side.files > 1 ? side.rows : side.table.rows,
      columns: side.table.columns.map((column) => column.name),
    }));
    reporter.warning(
      'SAME_NAME',
      at,
      `${conflict.tables.map(sideText).join(', ')} each have a table ${conflict.name}; ${conflict.why}. The draft ${CHOSEN[conflict.chosen](conflict.target)}.`,
      {
        database: database.path,
        table: table.name,
        details: {
          target: conflict.target,
          chosen: conflict.chosen,
          sides,
          common: commonColumns(sides.map((side) => side.columns)),
        },
        resolutions: [
          conflict.chosen === 'targets-apart'
            ? { id: 'targets-apart', title: 'Leave each in the target of its database' }
            : { id: 'rename-apart', title: 'Keep the tables apart under different names' },
          { id: 'merge-with-discriminator', title: 'Merge them, with a column that says where a row came from' },
          { id: 'merge', title: 'Merge them' },
        ],
      },
    );
  }
  return reporter.findings;
}

function sideText({ database, table, files, rows }: NameConflict['tables'][number]): string {
  if (files === 1) return `${database.path} (${rowsOf(table)})`;
  return `${files} files, e.g. ${database.path} (${rows.toLocaleString('en-US')} rows)`;
}

/** Key of a database in the drafted `sources`. */
function sourceKey(parts: DraftParts, path: string): string {
  return parts.families.find((family) => family.members.some((member) => member.path === path))?.pattern ?? path;
}

function commonColumns(sides: readonly (readonly string[])[]): string[] {
  const [first = [], ...rest] = sides;
  return first.filter((column) =>
    rest.every((columns) => columns.some((other) => foldName(other) === foldName(column))),
  );
}
