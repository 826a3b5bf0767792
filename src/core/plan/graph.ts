import { sameName } from '../sqlite/sql-tokens';
import type { ResolvedPlan } from './resolved';

/** The plan as a picture: what `export graph` draws in every format, and the Mapping view too. */
export interface PlanGraph {
  /** Legacy databases; files that go the same way are one node. */
  readonly databases: readonly GraphDatabase[];
  readonly targets: readonly GraphTarget[];
  readonly flows: readonly GraphFlow[];
  /** Foreign keys and relations between unified tables. */
  readonly references: readonly {
    readonly target: string;
    readonly from: string;
    readonly to: string;
    readonly columns: readonly string[];
    readonly declared: boolean;
  }[];
}

export interface GraphDatabase {
  readonly paths: readonly string[];
  readonly action: ResolvedPlan['databases'][number]['action'];
  readonly tables: readonly { readonly name: string; readonly action: string }[];
  /** Code files that name one of the paths. */
  readonly usedBy: readonly string[];
}

export interface GraphTarget {
  readonly name: string;
  readonly path: string;
  readonly tables: readonly string[];
}

export interface GraphFlow {
  /** Index into `databases`. */
  readonly database: number;
  readonly table: string;
  readonly target: string;
  readonly unified: string;
}

/** A code file that names a legacy database (of `references`). */
export interface DatabaseUse {
  readonly file: string;
  readonly database: string;
  /** Tables of the database that one statement in the file joins. */
  readonly joins?: readonly string[];
}

export function planGraph(plan: ResolvedPlan, uses: readonly DatabaseUse[] = []): PlanGraph {
  const usedBy = new Map<string, Set<string>>();
  for (const { file, database } of uses) usedBy.set(database, (usedBy.get(database) ?? new Set()).add(file));
  const nodes = new Map<string, { paths: string[]; database: ResolvedPlan['databases'][number] }>();
  for (const database of plan.databases) {
    const way = database.tables.map((table) => [table.table, table.action, table.target, table.name]);
    // Files without tables are told apart by their reason: "the file is empty" can stand for several.
    const id = JSON.stringify([database.action, way.length > 0 ? way : [database.reason ?? database.path]]);
    const node = nodes.get(id);
    if (node) node.paths.push(database.path);
    else nodes.set(id, { paths: [database.path], database });
  }
  const databases = [...nodes.values()].map(({ paths, database }): GraphDatabase => ({
    paths,
    action: database.action,
    tables: database.tables.map((table) => ({ name: table.table, action: table.action })),
    usedBy: [...new Set(paths.flatMap((path) => [...(usedBy.get(path) ?? [])]))].sort(),
  }));
  const flows = [...nodes.values()].flatMap(({ database }, index) =>
    database.tables.flatMap((table): GraphFlow[] =>
      (table.action === 'move' || table.action === 'rebuild') && table.target !== undefined && table.name !== undefined
        ? [{ database: index, table: table.table, target: table.target, unified: table.name }]
        : [],
    ),
  );
  return {
    databases,
    targets: plan.targets.map((target) => ({
      name: target.name,
      path: target.path,
      tables: target.tables.map((table) => table.name),
    })),
    flows,
    references: withJoins(plan, [...declaredReferences(plan), ...plannedReferences(plan)], uses),
  };
}

function declaredReferences(plan: ResolvedPlan): PlanGraph['references'] {
  return plan.targets.flatMap((target) =>
    target.tables.flatMap((table) =>
      (table.foreignKeys ?? []).flatMap((key) => {
        const parent = target.tables.find((candidate) => sameName(candidate.name, key.table));
        return parent
          ? [{ target: target.name, from: table.name, to: parent.name, columns: key.columns, declared: true }]
          : [];
      }),
    ),
  );
}

function plannedReferences(plan: ResolvedPlan): PlanGraph['references'] {
  return plan.relations.flatMap(({ from, to }) =>
    from.target === to.target
      ? [{ target: from.target, from: from.table, to: to.table, columns: [from.column], declared: false }]
      : [],
  );
}

/** Tables that statements in the code join, where no key says so already. */
function withJoins(
  plan: ResolvedPlan,
  known: PlanGraph['references'],
  uses: readonly DatabaseUse[],
): PlanGraph['references'] {
  const result = [...known];
  for (const { database, joins = [] } of uses) {
    const tables = plan.databases.find(({ path }) => path === database)?.tables ?? [];
    const [first, ...others] = joins.flatMap((name) => tables.find(({ table }) => sameName(table, name)) ?? []);
    for (const other of others) {
      const { target, name: to } = first!;
      if (target === undefined || to === undefined || other.name === undefined || other.target !== target) continue;
      const pair = [to, other.name].sort().join('\0');
      if (result.some((each) => each.target === target && [each.from, each.to].sort().join('\0') === pair)) continue;
      result.push({ target, from: other.name, to, columns: ['joined in code'], declared: false });
    }
  }
  return result;
}

/** `data/roadmap.db`, or `65 files, e.g. data/history/AAPL.db`. */
export function databaseLabel(database: GraphDatabase): string {
  const [first = ''] = database.paths;
  return database.paths.length === 1 ? first : `${database.paths.length} files, e.g. ${first}`;
}
