import type { Inventory } from '../inventory/inventory';
import type { Finding } from '../ports';
import { uniqueName } from './compatibility';
import type { Plan, PlanKeys, PlanTable, PlanUnifiedTable } from './definition';
import { foldName, sameName } from '../sqlite/sql-tokens';
import { decideDispositions, groupTables } from './dispositions';
import { sourceName, stem } from './draft-tables';
import { editPlan, type PlanEdit } from './edit';
import type { PlanPath } from './locate';
import { Reporter } from './reporter';
import { decodeResolution } from './resolution-id';
import { planDatabases } from './sources';
import { GroupIndex, type GroupSource, type TableGroup } from './table-group';

/**
 * Settles a finding in the way that one of its `resolutions` names, as edits of the plan. What `draft --resolve` and the
 * Mapping view send back ends here.
 * @param reason written where the plan wants one; default: a sentence that says it was left out on request
 * @returns no edits when the resolution does not fit the plan (any more)
 */
export function resolutionEdits(
  plan: Plan,
  inventory: Inventory,
  finding: Finding,
  resolution: string,
  reason?: string,
): PlanEdit[] {
  return new Resolver(plan, inventory, finding, reason ?? 'left out on request').edits(resolution);
}

/** `resolutionEdits`, applied to the text of the plan. */
export function applyResolution(
  document: { readonly plan: Plan; readonly text: string },
  inventory: Inventory,
  finding: Finding,
  resolution: string,
  reason?: string,
): string {
  return editPlan(document.text, resolutionEdits(document.plan, inventory, finding, resolution, reason));
}

class Resolver {
  private readonly groups: GroupIndex;
  private readonly group: TableGroup | undefined;

  constructor(
    private readonly plan: Plan,
    inventory: Inventory,
    private readonly finding: Finding,
    private readonly reason: string,
  ) {
    const unheard = new Reporter();
    const fates = decideDispositions(plan, planDatabases(plan, inventory), unheard);
    this.groups = new GroupIndex(groupTables(plan, fates, unheard));
    this.group = this.findGroup();
  }

  edits(resolution: string): PlanEdit[] {
    const { verb, parts } = decodeResolution(resolution);
    const [first = '', second = '', third = ''] = parts;
    switch (verb) {
      case 'action':
        return this.setAction(first);
      case 'table':
        return this.setTable(first, second);
      case 'name':
        return this.setName(first, second);
      case 'target-path':
        return [{ path: ['targets', first, 'path'], value: second }];
      case 'accept':
        return this.settings((settings) => ({ accept: [...new Set([...(settings.accept ?? []), first])] }));
      case 'column':
        return this.settings((settings) => ({
          columns: {
            ...settings.columns,
            [first]: { ...settings.columns?.[first], [second]: second === 'notNull' ? third === 'true' : third },
          },
        }));
      case 'unique':
        return this.settings(() => ({ unique: first as 'keep' }));
      case 'checks':
        return this.settings(() => ({ checks: first as 'all' }));
      case 'primary-key':
        return this.settings(() => ({ primaryKey: [...parts] }));
      case 'drop-foreign-key':
        return this.settings((settings) => ({
          dropForeignKeys: { ...settings.dropForeignKeys, [first]: this.reason },
        }));
      case 'keys':
        return this.setKeys(this.group, first as 'keep');
      case 'renumber':
        return this.setKeys(this.group && this.groups.named(this.group.target, first), 'renumber');
      case 'rename-apart':
        return this.renameApart();
      case 'merge':
      case 'merge-with-discriminator':
        return this.merge(verb === 'merge-with-discriminator');
      case 'relation':
        return this.relate(first, second);
      case 'retire-view':
        return this.finding.database === undefined
          ? []
          : [{ path: ['sources', this.sourceKey(), 'tables', first], value: { retire: this.reason } }];
      case 'retire-trigger':
        return this.retireTrigger(first);
      case 'onReject':
        return this.entry(this.source(), () => ({ onReject: 'quarantine' }));
      case 'rename-discriminator':
        return this.eachEntry((entry) => ({
          discriminator: renameKey(entry.discriminator ?? {}, first, `${first}_source`),
        }));
      case 'drop-discriminator':
        return this.eachEntry((entry) => ({ discriminator: without(entry.discriminator ?? {}, first) }));
      case 'discriminator-like':
        return this.discriminatorLike(first);
      case 'drop-column':
        return this.entry(this.source(), (entry) => ({
          columns: { ...entry.columns, [first]: { drop: this.reason } },
        }));
      case 'map-column':
        return this.entry(this.source(), (entry) => ({ columns: { ...entry.columns, [first]: second } }));
      default:
        return [];
    }
  }

  private findGroup(): TableGroup | undefined {
    const { details, database, table } = this.finding;
    const target = details?.target;
    const unified = details?.unified ?? (database === undefined ? table : undefined);
    if (typeof target === 'string' && typeof unified === 'string') return this.groups.named(target, unified);
    return this.groups.groups.find((group) => group.sources.some((source) => this.isOf(source)));
  }

  private isOf(source: GroupSource): boolean {
    return source.database.path === this.finding.database && sameName(source.table.name, this.finding.table ?? '');
  }

  private source(): GroupSource | undefined {
    return this.group?.sources.find((source) => this.isOf(source)) ?? this.group?.sources[0];
  }

  /** Key in `sources` that speaks for the finding's database. */
  private sourceKey(): string {
    const path = this.finding.details?.path;
    if (Array.isArray(path) && path[0] === 'sources' && typeof path[1] === 'string') return path[1];
    return this.finding.database ?? '';
  }

  private setAction(action: string): PlanEdit[] {
    const { database } = this.finding;
    if (database === undefined) return [];
    const path = ['sources', database];
    if (action !== 'merge') return [{ path, value: { action, reason: this.reason } }];
    const target = Object.keys(this.plan.targets)[0];
    return target === undefined ? [] : [{ path, value: { action, to: target } }];
  }

  /** `to` with a target, `move` to where the plan has one target, `retire`. */
  private setTable(what: string, target: string): PlanEdit[] {
    const { table } = this.finding;
    if (table === undefined) return [];
    const key = this.sourceKey();
    const tables = this.plan.sources[key]?.tables ?? {};
    const name = Object.keys(tables).find((candidate) => sameName(candidate, table)) ?? table;
    const path = ['sources', key, 'tables', name];
    if (what === 'retire') return [{ path, value: { retire: this.reason } }];
    const chosen = what === 'to' ? target : Object.keys(this.plan.targets)[0];
    if (chosen === undefined) return [];
    const { skipEmpty: _skip, retire: _retire, ...kept } = tables[name] ?? {};
    return [{ path, value: { ...kept, to: `${chosen}.${this.group?.name ?? table}` } }];
  }

  /** Another name for a table that cannot have the one the plan gives it. */
  private setName(target: string, name: string): PlanEdit[] {
    const { table } = this.finding;
    if (table === undefined) return [];
    const key = this.sourceKey();
    const tables = this.plan.sources[key]?.tables ?? {};
    const own = Object.keys(tables).find((candidate) => sameName(candidate, table)) ?? table;
    return [{ path: ['sources', key, 'tables', own, 'to'], value: `${target}.${name}` }];
  }

  /** Changes the settings of the unified table. */
  private settings(change: (settings: PlanUnifiedTable) => PlanUnifiedTable): PlanEdit[] {
    const { group } = this;
    if (!group) return [];
    return Object.entries(change(group.settings)).map(([key, value]) => ({
      path: ['targets', group.target, 'tables', this.settingsName(group), key],
      value,
    }));
  }

  private settingsName(group: TableGroup): string {
    return (
      Object.keys(this.plan.targets[group.target]?.tables ?? {}).find((name) => sameName(name, group.name)) ??
      group.name
    );
  }

  /** Changes the entry of a source; where the plan has none of its own for the table, it gets one. */
  private entry(
    source: GroupSource | undefined,
    change: (entry: PlanTable) => PlanTable,
    group = this.group,
  ): PlanEdit[] {
    if (!source || !group) return [];
    const hasEntry = source.at.includes('tables');
    const path: PlanPath = hasEntry ? source.at : [...source.at, 'tables', source.table.name];
    const start: PlanTable = hasEntry ? {} : { to: `${group.target}.${group.name}` };
    return Object.entries({ ...start, ...change(source.entry) }).map(([key, value]) => ({
      path: [...path, key],
      value: isEmpty(value) ? undefined : value,
    }));
  }

  /** Changes the entries of all sources alike: a discriminator is one column of the unified table. */
  private eachEntry(change: (entry: PlanTable) => PlanTable): PlanEdit[] {
    return this.perEntry(this.group?.sources ?? [], (source) => this.entry(source, change));
  }

  /** One edit for each entry of the plan, though a pattern's entry speaks for many sources. */
  private perEntry(
    sources: readonly GroupSource[],
    make: (source: GroupSource, index: number) => PlanEdit[],
  ): PlanEdit[] {
    const seen = new Set<string>();
    return sources.flatMap((source) => {
      const id = JSON.stringify([source.at, source.table.name]);
      if (seen.has(id)) return [];
      seen.add(id);
      return make(source, seen.size - 1);
    });
  }

  private setKeys(group: TableGroup | undefined, policy: 'keep' | 'renumber' | 'composite'): PlanEdit[] {
    if (!group) return [];
    const discriminated = group.sources.some((source) => Object.keys(source.entry.discriminator ?? {}).length > 0);
    return this.perEntry(group.sources, (source, index) => {
      const shared = group.sources.filter((other) => JSON.stringify(other.at) === JSON.stringify(source.at)).length > 1;
      // The first of them can keep its ids, unless one entry speaks for several files.
      const keys: PlanKeys = policy === 'renumber' && index === 0 && !shared ? 'keep' : policy;
      const addition = policy === 'composite' && !discriminated ? { discriminator: discriminatorFor(group) } : {};
      return this.entry(source, () => ({ keys, ...addition }), group);
    });
  }

  private renameApart(): PlanEdit[] {
    const { group } = this;
    if (!group || group.sources.length < 2) return [];
    const used = new Set(
      this.groups.groups.filter(({ target }) => target === group.target).map(({ name }) => foldName(name)),
    );
    return this.perEntry(group.sources, (source, index) => {
      const alone: PlanTable = { keys: undefined, discriminator: undefined };
      if (index === 0) return this.entry(source, () => alone).filter(({ path }) => path.at(-1) !== 'to');
      const name = uniqueName(
        `${sourceName(source.database, source.table.name).replace(/[^A-Za-z0-9]+/g, '_')}_${source.table.name}`,
        used,
      );
      return this.entry(source, () => ({ to: `${group.target}.${name}`, ...alone }));
    });
  }

  /** Tables that are apart become one: all go where the first of them goes. */
  private merge(discriminate: boolean): PlanEdit[] {
    const sides = (this.finding.details?.sides ?? []) as readonly {
      readonly database: string;
      readonly table: string;
    }[];
    const found = sides.flatMap((side) =>
      this.groups.groups.flatMap((group) =>
        group.sources
          .filter((source) => source.database.path === side.database && sameName(source.table.name, side.table))
          .map((source) => ({ group, source })),
      ),
    );
    const [first] = found;
    if (!first || found.length < 2) return [];
    const to = `${first.group.target}.${first.group.name}`;
    // An entry may speak for more files than the one that the finding names.
    const all = found.flatMap(({ group, source }) => group.sources.filter((other) => sameEntry(other, source)));
    const discriminator = discriminate ? discriminators({ ...first.group, sources: all }) : undefined;
    const key = first.source.table.columns.filter((column) => column.primaryKey > 0);
    const alias = key.length === 1 && key[0]!.type.toUpperCase() === 'INTEGER' && !first.source.table.withoutRowid;
    return this.perEntry(
      found.map(({ source }) => source),
      (source, index) => {
        const keys: PlanKeys | undefined =
          !discriminate || key.length === 0
            ? source.entry.keys
            : alias
              ? index === 0
                ? 'keep'
                : 'renumber'
              : 'composite';
        return this.entry(
          source,
          () => ({
            to,
            ...(discriminator ? { discriminator: discriminator(source) } : {}),
            ...(keys === undefined ? {} : { keys }),
          }),
          first.group,
        );
      },
    );
  }

  private relate(columns: string, parent: string): PlanEdit[] {
    const { group } = this;
    const to = group && this.groups.named(group.target, parent);
    const key = to?.sources[0]?.table.columns.find((column) => column.primaryKey > 0)?.name;
    if (!group || !to || key === undefined || columns.includes(',')) return [];
    return [
      { path: ['relations', `${group.target}.${group.name}.${columns}`], value: `${to.target}.${to.name}.${key}` },
    ];
  }

  private retireTrigger(name: string): PlanEdit[] {
    const on = this.finding.details?.on;
    const group = this.groups.groups.find(({ sources }) =>
      sources.some(
        (source) => source.database.path === this.finding.database && sameName(source.table.name, String(on)),
      ),
    );
    if (!group) return [];
    return [
      { path: ['targets', group.target, 'tables', this.settingsName(group), 'dropTriggers', name], value: this.reason },
    ];
  }

  private discriminatorLike(parent: string): PlanEdit[] {
    const { group } = this;
    const like = group && this.groups.named(group.target, parent);
    if (!group || !like) return [];
    return this.perEntry(group.sources, (source) => {
      const twin = like.sources.find((candidate) => candidate.database === source.database);
      return twin?.entry.discriminator ? this.entry(source, () => ({ discriminator: twin.entry.discriminator })) : [];
    });
  }
}

function discriminatorFor(group: TableGroup): Record<string, string> {
  const taken = new Set(group.sources.flatMap(({ table }) => table.columns.map((column) => foldName(column.name))));
  const column =
    ['source', 'source_database', 'legacy_database'].find((name) => !taken.has(name)) ?? 'consolidated_from';
  const stems = new Set(group.sources.map(({ database }) => stem(database.path)));
  return { [column]: stems.size === group.sources.length ? '${stem}' : '${path}' };
}

/** Where a source tells already what it is, the others tell it in the same column. */
function discriminators(group: TableGroup): (source: GroupSource) => Record<string, string | number> {
  const told = group.sources
    .map(({ entry }) => Object.keys(entry.discriminator ?? {}))
    .find((names) => names.length === 1);
  if (!told) return () => discriminatorFor(group);
  return ({ entry, database, at, table }) => {
    const shared = group.sources.filter((other) => sameEntry(other, { at, table })).length > 1;
    return entry.discriminator ?? { [told[0]!]: shared ? '${path}' : sourceName(database) };
  };
}

function sameEntry(one: Pick<GroupSource, 'at' | 'table'>, other: Pick<GroupSource, 'at' | 'table'>): boolean {
  return JSON.stringify(one.at) === JSON.stringify(other.at) && sameName(one.table.name, other.table.name);
}

function renameKey<T>(object: Readonly<Record<string, T>>, from: string, to: string): Record<string, T> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [sameName(key, from) ? to : key, value]));
}

function without<T>(object: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !sameName(name, key)));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}
