import type { Engine } from '../engine';
import { foldName, sameName, tokenName } from './ddl-tokens';
import { parseCreateTable } from './ddl';
import {
  dependentKey,
  dependentsOf,
  rewriteDependents,
  type Dependent,
  type RewrittenDatabase,
  type TableRename,
} from './dependents';
import { renameInTable } from './ddl-rename';
import type { DatabaseFate } from './dispositions';
import type { PlanPath } from './locate';
import type { Reporter } from './reporter';
import { columnRenames } from './source-mapping';
import type { GroupIndex, GroupSource, TableGroup } from './table-group';
import { foreignKeys, isDropped } from './unify-foreign-keys';
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
 */
export function relateDatabases(
  engine: Engine,
  fates: readonly DatabaseFate[],
  groups: GroupIndex,
  reporter: Reporter,
): MovedDependent[] {
  const sources = new Map<DatabaseFate, { group: TableGroup; source: GroupSource }[]>();
  const fateOf = new Map(fates.map((fate) => [fate.planned.database, fate]));
  for (const group of groups.groups)
    for (const source of group.sources) {
      const fate = fateOf.get(source.database)!;
      sources.set(fate, [...(sources.get(fate) ?? []), { group, source }]);
    }
  return fates.flatMap((fate) => {
    const moved = sources.get(fate) ?? [];
    if (moved.length === 0) return [];
    return new DatabaseRelations(engine, fate, moved, groups, reporter).relate();
  });
}

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
    for (const entry of this.moved) this.define(entry, rewritten);
    return dependents.flatMap((dependent) => this.place(dependent, dependents, rewritten) ?? []);
  }

  /** The unified definition of one source, with its foreign keys led to where their parents are now. */
  private define({ group, source }: Moved, rewritten: RewrittenDatabase): void {
    const lost = new Set<string>();
    const outside = new Map<string, string>();
    for (const constraint of source.legacy ? foreignKeys(source.legacy) : []) {
      const parent = tokenName(constraint.parent!.table);
      const found = this.parent(parent, group);
      if (found.kind === 'same-target') outside.set(foldName(parent), found.name);
      else if (found.kind !== 'missing') lost.add(foldName(parent));
      const renames = columnRenames(source);
      const unified = constraint.columns.map((column) => renames.get(column) ?? column);
      if (!isDropped(group, unified)) this.reportParent(found, parent, constraint.columns, { group, source });
    }
    source.lostParents = lost;
    renameByTokens(source, group.name, (legacy) => outside.get(foldName(legacy)));
    const byEngine = columnRenames(source).size > 0 ? rewritten.tables.get(source.table.name) : undefined;
    if (!byEngine) return;
    // Columns have new names: SQLite's text, with the parents that are not in this database led on by tokens.
    const renamed = parseCreateTable(byEngine.sql);
    const own = new Set(this.fate.planned.database.tables.map((table) => foldName(table.name)));
    source.definition =
      renamed &&
      parseCreateTable(
        renameInTable(renamed, group.name, (legacy) =>
          own.has(foldName(legacy)) ? undefined : outside.get(foldName(legacy)),
        ),
      );
    source.indexes = [...byEngine.indexes].map(([name, sql]) => ({ name, sql }));
  }

  private parent(
    name: string,
    child: TableGroup,
  ):
    | { kind: 'same-target'; name: string }
    | { kind: 'other-target'; target: string; name: string }
    | { kind: 'left-out' | 'missing' } {
    const here = this.byName.get(foldName(name));
    if (here) {
      if (here.group.target === child.target) return { kind: 'same-target', name: here.group.name };
      return { kind: 'other-target', target: here.group.target, name: here.group.name };
    }
    // Not moved from this database: a table of the same name that came from another one takes its place.
    const namesakes = this.groups.holding(name, child.target);
    if (namesakes.length === 1) return { kind: 'same-target', name: namesakes[0]!.name };
    const unified = this.groups.named(child.target, name);
    if (unified) return { kind: 'same-target', name: unified.name };
    const known = this.fate.planned.database.tables.some(
      (table) => table.kind !== 'view' && sameName(table.name, name),
    );
    return { kind: known ? 'left-out' : 'missing' };
  }

  private reportParent(
    found: ReturnType<DatabaseRelations['parent']>,
    parent: string,
    columns: readonly string[],
    { group, source }: Moved,
  ): void {
    if (found.kind === 'same-target') return;
    const place = {
      database: source.database.path,
      table: source.table.name,
      details: { target: group.target, unified: group.name, columns, parent },
    };
    const what = `${source.database.path} › ${source.table.name} (${columns.join(', ')}) refers to ${parent}`;
    const drop = { id: `drop-foreign-key:${columns.join(',')}`, title: 'Leave the foreign key out (with a reason)' };
    if (found.kind === 'other-target')
      this.reporter.error(
        'FOREIGN_KEY_CROSSES_TARGETS',
        source.at,
        `${what}, which goes into the target ${found.target}: a foreign key cannot lead into another file. Move both into one target, or leave the key out with a reason ("dropForeignKeys" of ${group.target}.${group.name}).`,
        {
          ...place,
          resolutions: [
            { id: `table:to:${found.target}`, title: `Move ${source.table.name} to ${found.target} too` },
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
    const groups = [...new Set(used.flatMap((name) => this.byName.get(name)?.group ?? []))];
    const targets = new Set(groups.map((group) => group.target));
    const noun = `The ${dependent.kind} ${dependent.name} of ${database.path}`;
    const retire = { id: `retire:${dependent.name}`, title: `Retire the ${dependent.kind} (with a reason)` };
    const failure = rewritten.failures.get(dependentKey(dependent));
    if (gone.length > 0) {
      // Nothing of what it uses moves: it goes the way of its tables.
      if (groups.length === 0 && dependent.kind === 'view') return undefined;
      this.reporter.error(
        'VIEW_READS_LEFT_OUT',
        this.at,
        `${noun} uses ${gone.join(', ')}, which is not taken along. ${adviceFor(dependent)}`,
        { ...place, resolutions: [retire] },
      );
      return undefined;
    }
    if (failure !== undefined) {
      this.reporter.error(
        'DEPENDENT_NOT_REWRITTEN',
        this.at,
        `${noun} is not valid today: ${failure}. ${adviceFor(dependent)}`,
        { ...place, details: { reason: failure }, resolutions: [retire] },
      );
      return undefined;
    }
    if (targets.size > 1) {
      this.reporter.error(
        'VIEW_SPANS_TARGETS',
        this.at,
        `${noun} uses tables that go into ${[...targets].join(' and ')}; it cannot see both. ${adviceFor(dependent)}`,
        { ...place, details: { targets: [...targets] }, resolutions: [retire] },
      );
      return undefined;
    }
    const target = view?.target ?? [...targets][0] ?? this.onlyTarget();
    const sql = rewritten.dependents.get(dependentKey(dependent));
    if (target === undefined) {
      this.reporter.error(
        'VIEW_WITHOUT_DISPOSITION',
        this.at,
        `${noun} uses no table that moves. Give it an entry in "tables": "to" with a target, or "retire" with a reason.`,
        { ...place, resolutions: [retire] },
      );
      return undefined;
    }
    if (sql === undefined) return undefined;
    return {
      target,
      kind: dependent.kind,
      name: dependent.name,
      sql,
      database: database.path,
      tables: groups,
      at: this.at,
    };
  }

  private isView(name: string): boolean {
    return this.fate.planned.database.tables.some((table) => table.kind === 'view' && sameName(table.name, name));
  }

  private onlyTarget(): string | undefined {
    const targets = new Set(this.moved.map(({ group }) => group.target));
    return targets.size === 1 ? [...targets][0] : undefined;
  }
}

function adviceFor(dependent: Dependent): string {
  return dependent.kind === 'view'
    ? 'Give it an entry in "tables" with "retire" and a reason, or supply the unified DDL ("schema").'
    : 'Move what it uses, or supply the unified DDL ("schema").';
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
