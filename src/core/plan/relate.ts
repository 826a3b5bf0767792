import { resolutionId } from './resolution-id';
import type { Engine } from '../engine';
import { foldName, sameName, tokenName } from '../sqlite/sql-tokens';
import { foreignKeys, parseCreateTable } from './ddl';
import {
  dependentKey,
  dependentsOf,
  columnsKey,
  rewriteDependents,
  worksWithout,
  type Dependent,
  type RewrittenDatabase,
  type TableRename,
} from './dependents';
import { renameInTable } from './ddl-rename';
import type { DatabaseFate } from './dispositions';
import type { PlanFindingCode } from './finding-codes';
import type { PlanPath } from './locate';
import type { Reporter } from './reporter';
import { columnRenames } from './source-mapping';
import type { GroupIndex, GroupSource, TableGroup } from './table-group';
import { isDropped } from './unify-foreign-keys';
import type { SuppliedSchema } from './supplied-schema';
import { renameByTokens } from './unify';

/** A view or trigger of a legacy database that goes into a target. */
export interface MovedDependent {
  readonly target: string;
  readonly kind: 'view' | 'trigger';
  readonly name: string;
  readonly sql: string;
  readonly database: string;
  /** Unified tables that it uses. */
  readonly tables: readonly TableGroup[];
  readonly at: PlanPath;
}

/**
 * Carries the new names through each legacy database: into foreign keys, indexes, triggers and views. Fills the unified
 * definitions of the sources and returns the views and triggers that move.
 * @param supplied the DDL that the user gives, by target: what becomes of foreign keys, views and triggers is said there
 */
export function relateDatabases(
  engine: Engine,
  fates: readonly DatabaseFate[],
  groups: GroupIndex,
  relations: Readonly<Record<string, string>>,
  supplied: ReadonlyMap<string, SuppliedSchema>,
  reporter: Reporter,
): MovedDependent[] {
  const sources = new Map<DatabaseFate, { group: TableGroup; source: GroupSource }[]>();
  const byAddress = new Map(Object.entries(relations).map(([from, to]) => [foldName(from), to]));
  const fateOf = new Map(fates.map((fate) => [fate.planned.database, fate]));
  for (const group of groups.groups)
    for (const source of group.sources) {
      const fate = fateOf.get(source.database)!;
      sources.set(fate, [...(sources.get(fate) ?? []), { group, source }]);
    }
  return fates.flatMap((fate) => {
    const moved = sources.get(fate) ?? [];
    if (moved.length === 0) return [];
    return new DatabaseRelations(engine, fate, moved, groups, byAddress, supplied, reporter).relate();
  });
}

type Parent =
  | { readonly kind: 'same-target'; readonly name: string; readonly namesakes?: readonly TableGroup[] }
  | { readonly kind: 'other-target'; readonly target: string; readonly name: string }
  | { readonly kind: 'left-out' | 'missing' };

interface Moved {
  readonly group: TableGroup;
  readonly source: GroupSource;
}

class DatabaseRelations {
  private readonly byName: Map<string, Moved>;
  private readonly at: PlanPath;

  constructor(
    private readonly engine: Engine,
    private readonly fate: DatabaseFate,
    private readonly moved: readonly Moved[],
    private readonly groups: GroupIndex,
    private readonly relations: ReadonlyMap<string, string>,
    private readonly supplied: ReadonlyMap<string, SuppliedSchema>,
    private readonly reporter: Reporter,
  ) {
    this.byName = new Map(moved.map((entry) => [foldName(entry.source.table.name), entry]));
    this.at = ['sources', fate.planned.key ?? ''];
  }

  relate(): MovedDependent[] {
    const { database } = this.fate.planned;
    const renames = this.moved.map(({ group, source }): TableRename => ({
      table: source.table.name,
      name: group.name,
      columns: columnRenames(source),
    }));
    const dependents = dependentsOf(database);
    const needed = dependents.length > 0 || renames.some((rename) => rename.columns.size > 0);
    const rewritten: RewrittenDatabase = needed
      ? rewriteDependents(this.engine, database, renames)
      : { tables: new Map(), dependents: new Map(), failures: new Map() };
    for (const entry of this.moved) {
      this.reportColumns(entry, rewritten);
      this.define(entry, rewritten);
    }
    return dependents.flatMap((dependent) => this.place(dependent, dependents, rewritten) ?? []);
  }

  private reportColumns({ source }: Moved, { failures }: RewrittenDatabase): void {
    const failure = failures.get(columnsKey(source.table.name));
    if (failure === undefined) return;
    const { path } = this.fate.planned.database;
    this.reporter.error(
      'DEPENDENT_NOT_REWRITTEN',
      [...source.at, 'columns'],
      `${path} › ${source.table.name}: SQLite does not rename ${failure}. Keep the name of that column.`,
      { database: path, table: source.table.name },
    );
  }

  /** The unified definition of one source, with its foreign keys led to where their parents are now. */
  private define({ group, source }: Moved, rewritten: RewrittenDatabase): void {
    const renames = columnRenames(source);
    const lost = new Set<number>();
    const parents = (source.legacy ? foreignKeys(source.legacy) : []).map((constraint, index) => {
      const parent = tokenName(constraint.parent!.table);
      const columns = constraint.columns.map((column) => renames.get(column) ?? column);
      const found = this.relation(group, columns) ?? this.parent(parent, group);
      if (found.kind === 'other-target' || found.kind === 'left-out') lost.add(index);
      if (!isDropped(group, columns) && !this.supplied.has(group.target))
        this.reportParent(found, parent, constraint.columns, { group, source });
      return found.kind === 'same-target' ? found.name : undefined;
    });
    source.lostForeignKeys = lost;
    renameByTokens(source, group.name, (_, index) => parents[index]);
    const byEngine = renames.size > 0 ? rewritten.tables.get(source.table.name) : undefined;
    const renamed = byEngine && parseCreateTable(byEngine.sql);
    if (!byEngine || !renamed) return;
    // Columns have new names: SQLite's text, with the parents that are not in this database led on by tokens.
    source.definition = parseCreateTable(renameInTable(renamed, group.name, (_, index) => parents[index]));
    source.indexes = [...byEngine.indexes].map(([name, sql]) => ({ name, sql }));
  }

  /** The parent that the plan's `relations` give to a foreign key of one column. */
  private relation(group: TableGroup, columns: readonly string[]): Parent | undefined {
    if (columns.length !== 1) return undefined;
    const to = this.relations.get(foldName(`${group.target}.${group.name}.${columns[0]!}`));
    const parent = to === undefined ? undefined : this.groups.addressed(to)?.group;
    if (parent?.target !== group.target) return undefined;
    return parent && { kind: 'same-target', name: parent.name };
  }

  private parent(name: string, child: TableGroup): Parent {
    const here = this.byName.get(foldName(name));
    if (here) {
      if (here.group.target === child.target) return { kind: 'same-target', name: here.group.name };
      return { kind: 'other-target', target: here.group.target, name: here.group.name };
    }
    // Not moved from this database: a table of the same name that came from another one takes its place.
    const namesakes = this.groups.holding(name, child.target);
    const unified = this.groups.named(child.target, name);
    const chosen = namesakes.length === 1 ? namesakes[0] : unified;
    if (chosen) {
      const others = namesakes.filter((namesake) => namesake !== chosen);
      return {
        kind: 'same-target',
        name: chosen.name,
        ...(others.length > 0 ? { namesakes: [chosen, ...others] } : {}),
      };
    }
    const known = this.fate.planned.database.tables.some(
      (table) => table.kind !== 'view' && sameName(table.name, name),
    );
    return { kind: known ? 'left-out' : 'missing' };
  }

  private reportParent(found: Parent, parent: string, columns: readonly string[], { group, source }: Moved): void {
    const place = {
      database: source.database.path,
      table: source.table.name,
      details: {
        target: group.target,
        unified: group.name,
        columns,
        parent,
        sides: [
          { target: group.target, table: group.name, rows: source.table.rows },
          found.kind === 'other-target' || found.kind === 'same-target'
            ? this.side(found.kind === 'other-target' ? found.target : group.target, found.name)
            : { table: parent, rows: rowsNamed(this.fate, parent) },
        ],
      },
    };
    const what = `${source.database.path} › ${source.table.name} (${columns.join(', ')}) refers to ${parent}`;
    const drop = {
      id: resolutionId('drop-foreign-key', columns.join(',')),
      title: 'Leave the foreign key out (with a reason)',
    };
    if (found.kind === 'same-target') {
      if (!found.namesakes) return;
      this.reporter.warning(
        'FOREIGN_KEY_AMBIGUOUS',
        source.at,
        `${what}, the name of several tables that are now in ${group.target}; ${found.name} is taken. Say which one is meant in "relations".`,
        {
          ...place,
          resolutions: [
            ...found.namesakes.map((namesake) => ({
              id: resolutionId('relation', columns.join(','), namesake.name),
              title: `It refers to ${namesake.name}`,
            })),
            drop,
          ],
        },
      );
    } else if (found.kind === 'other-target')
      this.reporter.error(
        'FOREIGN_KEY_CROSSES_TARGETS',
        source.at,
        `${what}, which goes into the target ${found.target}: a foreign key cannot lead into another file. Move both into one target, or leave the key out with a reason ("dropForeignKeys" of ${group.target}.${group.name}).`,
        {
          ...place,
          resolutions: [
            {
              id: resolutionId('table', 'to', found.target),
              title: `Move ${source.table.name} to ${found.target} too`,
            },
            drop,
          ],
        },
      );
    else if (found.kind === 'left-out')
      this.reporter.error(
        'FOREIGN_KEY_PARENT_LEFT_OUT',
        source.at,
        `${what}, which is not taken along. Move it too, or leave the key out with a reason ("dropForeignKeys" of ${group.target}.${group.name}).`,
        { ...place, resolutions: [drop] },
      );
    else
      this.reporter.warning(
        'FOREIGN_KEY_PARENT_MISSING',
        source.at,
        `${what}, which does not exist in ${source.database.path}; the foreign key is carried over as it is.`,
        { ...place, resolutions: [drop] },
      );
  }

  private side(target: string, table: string): { target: string; table: string; rows: number } {
    const { sources = [] } = this.groups.named(target, table) ?? {};
    return { target, table, rows: sources.reduce((sum, source) => sum + (source.table.rows ?? 0), 0) };
  }

  /** Where a view or trigger goes, or why it cannot go anywhere. */
  private place(
    dependent: Dependent,
    all: readonly Dependent[],
    rewritten: RewrittenDatabase,
  ): MovedDependent | undefined {
    const { database } = this.fate.planned;
    const view = this.fate.views.get(foldName(dependent.kind === 'view' ? dependent.name : (dependent.table ?? '')));
    if (view?.retired !== undefined) return undefined;
    const used = tablesUsed(dependent, all, this.fate);
    const place = { database: database.path, table: dependent.name };
    const gone = used.filter((name) => !this.byName.has(name));
    const onTable = dependent.kind === 'trigger' ? this.byName.get(foldName(dependent.table ?? '')) : undefined;
    if (dependent.kind === 'trigger' && !onTable && !this.isView(dependent.table ?? '')) return undefined;
    if (onTable && isDroppedTrigger(onTable.group, dependent.name)) return undefined;
    const groups = [...new Set(used.flatMap((name) => this.byName.get(name)?.group ?? []))];
    // Nothing of what a view reads moves: it goes the way of its tables.
    if (gone.length > 0 && groups.length === 0 && dependent.kind === 'view') return undefined;
    const targets = [...new Set(groups.map((group) => group.target))];
    const target = view?.target ?? onTable?.group.target ?? targets[0] ?? this.onlyTarget();
    const complain = (code: PlanFindingCode, what: string, details: Record<string, unknown> = {}) =>
      this.reporter.error(
        code,
        this.at,
        `The ${dependent.kind} ${dependent.name} of ${database.path} ${what}. ${adviceFor(dependent, onTable?.group)}`,
        {
          ...place,
          details: { ...details, kind: dependent.kind, on: dependent.table },
          resolutions: [
            {
              id: resolutionId(`retire-${dependent.kind}`, dependent.name),
              title: `Retire the ${dependent.kind} (with a reason)`,
            },
          ],
        },
      );
    const schema = target === undefined ? undefined : this.supplied.get(target);
    if (schema) {
      if (!schema.after.some((item) => item.kind === dependent.kind && sameName(item.name, dependent.name)))
        complain('VIEW_WITHOUT_DISPOSITION', `is not in the unified DDL of ${target}`);
      return undefined;
    }
    const failure = rewritten.failures.get(dependentKey(dependent));
    const sql = rewritten.dependents.get(dependentKey(dependent));
    // A name that is mentioned may be a column's; SQLite tells whether the table behind it is missed.
    const missed = (names: readonly string[]) =>
      names.length > 0 && !worksWithout(this.engine, database, dependent, all, new Set(names));
    const elsewhere = used.filter((name) => this.byName.has(name) && this.byName.get(name)!.group.target !== target);
    if (failure !== undefined)
      complain('DEPENDENT_NOT_REWRITTEN', `is not valid today: ${failure.replace(/\.$/, '')}`, { reason: failure });
    else if (missed(gone)) complain('VIEW_READS_LEFT_OUT', `uses ${gone.join(', ')}, which is not taken along`);
    else if (missed(elsewhere))
      complain('VIEW_SPANS_TARGETS', `uses tables that go into ${targets.join(' and ')}; it cannot see both`, {
        targets,
      });
    else if (target === undefined) complain('VIEW_WITHOUT_DISPOSITION', 'uses no table that moves');
    else if (sql !== undefined)
      return {
        target,
        kind: dependent.kind,
        name: dependent.name,
        sql,
        database: database.path,
        tables: groups.filter((group) => group.target === target),
        at: this.at,
      };
    return undefined;
  }

  private isView(name: string): boolean {
    return this.fate.planned.database.tables.some((table) => table.kind === 'view' && sameName(table.name, name));
  }

  private onlyTarget(): string | undefined {
    const targets = new Set(this.moved.map(({ group }) => group.target));
    return targets.size === 1 ? [...targets][0] : undefined;
  }
}

function rowsNamed(fate: DatabaseFate, name: string): number | null {
  return fate.planned.database.tables.find((table) => sameName(table.name, name))?.rows ?? null;
}

function adviceFor(dependent: Dependent, group: TableGroup | undefined): string {
  return dependent.kind === 'view'
    ? 'Give it an entry in "tables" with "retire" and a reason, or supply the unified DDL ("schema").'
    : `Move what it uses, or leave it out with a reason ("dropTriggers" of ${group ? `${group.target}.${group.name}` : 'its table'}).`;
}

function isDroppedTrigger(group: TableGroup, name: string): boolean {
  return Object.keys(group.settings.dropTriggers ?? {}).some((key) => sameName(key, name));
}

/** Tables, folded, that a view or trigger mentions, also through other views. */
function tablesUsed(dependent: Dependent, all: readonly Dependent[], fate: DatabaseFate): string[] {
  const tables = new Set(
    fate.planned.database.tables.filter((table) => table.kind !== 'view').map((table) => foldName(table.name)),
  );
  const views = new Map(all.filter(({ kind }) => kind === 'view').map((view) => [foldName(view.name), view]));
  const used = new Set<string>();
  const seen = new Set<string>();
  const visit = (mentions: ReadonlySet<string>): void => {
    for (const name of mentions) {
      const view = views.get(name);
      if (tables.has(name) && !name.startsWith('sqlite_')) used.add(name);
      else if (view && !seen.has(name)) {
        seen.add(name);
        visit(view.mentions);
      }
    }
  };
  if (dependent.kind === 'view') seen.add(foldName(dependent.name));
  visit(dependent.mentions);
  return [...used].sort();
}
