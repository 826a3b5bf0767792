import { ConsolidationError } from '../errors';
import { quoteLiteral } from '../identifiers';
import type { Inventory, InventoryDatabase, InventoryTable } from '../inventory/inventory';
import type { ResolvedPlan, ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { copyColumns, insertSelect } from './copy-statement';
import { collect, gatherTable, moveSettled, removeLosers, settle } from './gather';
import { graftTrees } from './graft-plan';
import { shiftsOf } from './key-offsets';
import type { Measurements } from './measure';
import { quarantineColumns, quarantineName, quarantineTable, sieve } from './refused-rows';
import { settledSieve } from './settled-rows';
import { choosesRows, sourceKey } from './source-key';
import type { CopyStep, Step } from './steps';
import type { TargetShapes } from './table-shapes';
import { isUnique } from './try-rows';
import { virtualTableSteps } from './virtual-tables';

/** A resolved plan as steps. */
export interface Migration {
  readonly plan: ResolvedPlan;
  readonly inventory: Inventory;
  readonly measurements: Measurements;
  readonly steps: readonly Step[];
  /** Legacy databases that are backed up: all but the kept and the absent ones. */
  readonly backedUp: readonly InventoryDatabase[];
  /** Bytes that snapshot and targets take together (an upper estimate). */
  readonly bytesNeeded: number;
}

/**
 * Turns a plan without open conflicts into the steps that carry it out.
 * @throws ConsolidationError `PLAN_CONFLICT`, `LEGACY_DATABASE_MISSING`, `DATABASE_CORRUPT`, …
 */
export function compileMigration(
  plan: ResolvedPlan,
  inventory: Inventory,
  measurements: Measurements,
  shapes: ReadonlyMap<string, TargetShapes>,
): Migration {
  const databases = new Map(inventory.databases.map((database) => [database.path, database]));
  refuseOpenConflicts(plan);
  const backedUp: InventoryDatabase[] = [];
  for (const { path, action } of plan.databases) {
    const database = databases.get(path);
    if (!database || database.kind === 'absent' || action === 'keep') continue;
    if (action === 'merge') refuseUnreadable(database);
    backedUp.push(database);
  }
  const present = new Set(backedUp.map((database) => database.path));
  const snapshotBytes = backedUp.reduce((sum, database) => sum + bytesWithSidecars(database), 0);
  return {
    plan,
    inventory,
    measurements,
    backedUp,
    steps: [
      ...backedUp.map((database): Step => ({
        kind: 'snapshot',
        database: database.path,
        bytes: bytesWithSidecars(database),
      })),
      ...plan.targets.flatMap((target) =>
        buildSteps({ plan, measurements, target, databases, present, shapes: shapes.get(target.name) ?? new Map() }),
      ),
      ...plan.targets.map((target): Step => ({ kind: 'verify', target: target.name })),
      ...plan.targets.map((target): Step => ({
        kind: 'publish',
        target: target.name,
        path: target.path,
        replaces: target.replaces,
      })),
    ],
    bytesNeeded: snapshotBytes * 2 + plan.targets.length * 65_536,
  };
}

/** Pages of committed WAL frames can make the recovered image larger than the file. */
function bytesWithSidecars(database: InventoryDatabase): number {
  return database.bytes + database.walFrames * (database.pageSize + 24);
}

function refuseOpenConflicts(plan: ResolvedPlan): void {
  const open = plan.findings.filter((finding) => finding.severity === 'error');
  const [first] = open;
  if (!first) return;
  const rest = open.length > 1 ? ` (and ${open.length - 1} more; see \`check\`)` : '';
  throw new ConsolidationError('PLAN_CONFLICT', `${first.message}${rest}`, {
    database: first.database,
    table: first.table,
    file: first.file,
    line: first.line,
    column: first.column,
    findings: open,
  });
}

function refuseUnreadable(database: InventoryDatabase): void {
  const place = { database: database.path };
  const advice = `Repair or restore the file, or give ${JSON.stringify(database.path)} the action "keep" or "retire" in the plan.`;
  switch (database.kind) {
    case 'corrupt':
      throw new ConsolidationError(
        'DATABASE_CORRUPT',
        `${database.path} is malformed: ${problem(database)} ${advice}`,
        place,
      );
    case 'truncated':
      throw new ConsolidationError(
        'DATABASE_TRUNCATED',
        `${database.path} is shorter than its header says. ${advice}`,
        place,
      );
    case 'encrypted-or-unknown':
    case 'apple-double':
      throw new ConsolidationError(
        'DATABASE_ENCRYPTED_OR_UNKNOWN',
        `${database.path} is not a readable SQLite database. ${advice}`,
        place,
      );
    default:
  }
}

const problem = (database: InventoryDatabase) => database.problems[0]?.message ?? 'no further detail.';

interface TargetInput {
  readonly plan: ResolvedPlan;
  readonly measurements: Measurements;
  readonly target: ResolvedTarget;
  readonly databases: ReadonlyMap<string, InventoryDatabase>;
  /** Databases of which there is a file. */
  readonly present: ReadonlySet<string>;
  readonly shapes: TargetShapes;
}

function buildSteps(input: TargetInput): Step[] {
  const { measurements, target, databases, present } = input;
  // auto_vacuum last: it writes the first page, and with it the page size.
  const pragmas = ['page_size', 'encoding', 'auto_vacuum']
    .filter((name) => target.profile[name] !== undefined)
    .map((name) => `PRAGMA ${name} = ${pragmaValue(name, target.profile[name])}`);
  const name = target.name;
  // One visit for each legacy database, so that each image is loaded once: copies are ordered by source, then by table.
  const copies = target.tables
    .filter((table) => table.kind === 'table')
    .flatMap((table) =>
      table.sources.filter((source) => present.has(source.database)).map((source) => ({ table, source })),
    )
    .sort((a, b) => compare(a.source.database, b.source.database));
  const sifted = (table: ResolvedTable) =>
    table.sources.some((source) => measurements.refused.has(sourceKey(target, table, source)));
  const legacyOf = (table: ResolvedTable) =>
    table.sources.flatMap((source) => (present.has(source.database) ? [legacyTable(databases, source)] : []));
  const gathered = new Map(target.tables.filter(choosesRows).map((table, number) => [table, number]));
  return [
    { kind: 'create-target', target: name, path: target.path, pragmas },
    ...target.tables
      .filter((table) => table.kind === 'table')
      .map((table): Step => ({ kind: 'create-table', target: name, table: table.name, sql: table.sql })),
    ...target.tables.filter(sifted).flatMap((table): Step[] => {
      const sql = quarantineTable(table, legacyOf(table));
      return [
        { kind: 'create-table', target: name, table: quarantineName(table), sql },
        // What makes a row be refused has to be there before the rows are.
        ...table.indexes
          .filter((index) => isUnique(index.sql))
          .map((index): Step => ({ kind: 'create-index', target: name, name: index.name, sql: index.sql })),
      ];
    }),
    ...target.tables.filter((table) => table.kind === 'virtual').flatMap((table) => virtualTableSteps(input, table)),
    ...[...gathered].map(([table, number]): Step => ({
      kind: 'gather',
      target: name,
      table: table.name,
      sql: gatherTable(
        table,
        number,
        input.shapes.get(table.name),
        sifted(table) ? quarantineColumns(legacyOf(table)) : undefined,
      ),
    })),
    ...copies.flatMap(({ table, source }): Step[] => {
      const legacy = legacyTable(databases, source);
      const copy = copyStep(
        input,
        table,
        source,
        legacy,
        gathered.get(table),
        sifted(table) ? legacyOf(table) : undefined,
      );
      if (!table.autoincrement || !legacy.autoincrement) return [copy];
      const offset = String(measurements.offsets.get(sourceKey(target, table, source)) ?? 0n);
      const place = { target: name, table: table.name, database: source.database, source: source.table };
      return [copy, { kind: 'sequence', ...place, offset }];
    }),
    ...[...gathered].flatMap(([table, number]): Step[] => {
      const place = { kind: 'settle', target: name, table: table.name } as const;
      if (!sifted(table)) return settle(table, number).map((sql): Step => ({ ...place, sql }));
      return [
        { ...place, sql: removeLosers(table, number) },
        {
          ...place,
          sql: moveSettled(table, number).join(';\n'),
          sieve: settledSieve(table, number, legacyOf(table)),
        },
      ];
    }),
    ...target.tables.flatMap((table) =>
      table.indexes
        .filter((index) => !(sifted(table) && isUnique(index.sql)))
        .map((index): Step => ({ kind: 'create-index', target: name, name: index.name, sql: index.sql })),
    ),
    ...target.after.map((item): Step => ({
      kind: `create-${item.kind}`,
      target: name,
      name: item.name,
      sql: item.sql,
    })),
    ...(target.defaults ?? []).map((row): Step => ({
      kind: 'default-rows',
      target: name,
      table: row.table,
      sql: row.sql,
    })),
    ...target.views.flatMap((view): Step[] => [
      { kind: 'create-view', target: name, name: view.name, sql: view.sql },
      ...(view.triggers ?? []).map((trigger): Step => ({ kind: 'create-trigger', target: name, ...trigger })),
    ]),
    ...(target.expiry ?? []).map((trigger): Step => ({ kind: 'create-trigger', target: name, ...trigger })),
  ];
}

function pragmaValue(name: string, value: unknown): string {
  const text = String(value);
  if (!/^[A-Za-z0-9_-]+$/.test(text)) {
    throw new ConsolidationError(
      'PLAN_INVALID',
      `The profile value ${JSON.stringify(text)} for ${name} is not a PRAGMA value. Correct the profile in the plan.`,
    );
  }
  return name === 'encoding' ? quoteLiteral(text) : text;
}

function legacyTable(databases: ReadonlyMap<string, InventoryDatabase>, source: ResolvedSource): InventoryTable {
  const table = databases.get(source.database)?.tables.find((candidate) => candidate.name === source.table);
  if (table) return table;
  throw new ConsolidationError(
    'LEGACY_DATABASE_CHANGED',
    `${source.database} has no table ${source.table} any more. Scan the workspace again and correct the plan.`,
    { database: source.database, table: source.table },
  );
}

function copyStep(
  input: TargetInput,
  table: ResolvedTable,
  source: ResolvedSource,
  legacy: InventoryTable,
  gathered: number | undefined,
  quarantined: readonly InventoryTable[] | undefined,
): CopyStep {
  const { plan, measurements, target, databases, shapes } = input;
  const place = { target: target.name, table: table.name, database: source.database, source: source.table };
  const rows = legacy.rows ?? 0;
  const shifts = shiftsOf(plan, measurements.offsets, target, table, source);
  const shifted = [...shifts.values()].some((shift) => shift !== 0n);
  const refused = (measurements.refused.get(sourceKey(target, table, source)) ?? []).length;
  const trees =
    shifted || refused > 0
      ? undefined
      : graftTrees(target, table, source, databases.get(source.database)!, legacy, shapes.get(table.name));
  if (trees) return { kind: 'copy', ...place, strategy: 'graft', sql: '', trees, rows };
  if (gathered !== undefined) {
    const raw = quarantined && { columns: quarantineColumns(quarantined), legacy };
    return { kind: 'copy', ...place, strategy: 'sql', sql: collect(table, gathered, source, shifts, raw), rows };
  }
  const columns = copyColumns(table, source, legacy, shifts);
  const sql = insertSelect(table, columns);
  if (refused === 0) return { kind: 'copy', ...place, strategy: 'sql', sql, rows };
  const refusing = sieve(table, source, legacy, quarantined ?? [legacy], columns);
  return { kind: 'copy', ...place, strategy: 'sql', sql, sieve: refusing, rows };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
