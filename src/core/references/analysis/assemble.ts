import { sameList, sameSet } from '../../same';
import { isNamedLater } from '../evaluation/connections';
import { getOrAdd } from '../evaluation/project';
import { isTestFile } from '../evaluation/test-file';
import type { Module } from '../evaluation/project';
import { ANCHOR } from '../evaluation/value';
import type { Handle, Text } from '../evaluation/value';
import type { Reference, ReferencesResult, Role } from '../reference';
import { sqlUses } from '../sql/tables';
import type { CommandText } from '../text/commands';
import { TablesByConnection } from './connection-tables';
import { databaseOf, strongest, withoutVague } from './paths';
import type { PathPlace } from './paths';
import type { PlanView } from './plan-view';
import type { Queries, TablePlace } from './queries';
import type { DatabaseResolver, Resolution } from './resolve';

import { Roles } from './role';
import { keepsName, saysNeeds, targetOf, usesByOrigin } from './needs';
import { foldName } from '../../sqlite/sql-tokens';

export type TablesByDatabase = ReadonlyMap<string, ReadonlySet<string>>;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

type Place = Exclude<Resolution, { place: 'none' }>;

/** Where the table of a statement is. */
interface TableHome {
  readonly database: string;
  readonly resolution: 'certain' | 'likely' | 'unknown';
  readonly note?: string;
  /** The databases that the statement may run on, whose paths stay as long as it is not changed. */
  readonly among?: readonly string[];
  /** All databases that have the table, where nothing says on which the statement runs. */
  readonly homes?: readonly string[];
}

/** Builds the references of code from what was found, and says of each what the plan makes of it: of the same places once. */
export class Assembly {
  private readonly toldPaths = new WeakMap<
    PathPlace,
    { readonly used: readonly TablePlace[]; readonly reference: Reference | undefined }
  >();
  private toldTables = {
    attachments: [] as Queries['attachments'],
    by: new WeakMap<TablePlace, { readonly key: string; readonly reference: Reference | undefined }>(),
  };

  /** Databases that something beside documents and tests names. */
  private named: ReadonlySet<string> = new Set();

  constructor(
    private readonly resolver: DatabaseResolver,
    private readonly tables: TablesByDatabase,
    private readonly plan: PlanView | undefined,
    private readonly roles = new Roles(),
  ) {}

  // ---- paths

  paths(places: readonly PathPlace[], queries: Queries): Reference[] {
    const uses = usesByOrigin(queries);
    return places.flatMap((place) => {
      const used = place.origins.flatMap((origin) => uses.get(origin) ?? []);
      let told = this.toldPaths.get(place);
      if (!told || !sameList(told.used, used))
        this.toldPaths.set(place, (told = { used, reference: this.path(place, used) }));
      return told.reference ? [told.reference] : [];
    });
  }

  private path(place: PathPlace, used: readonly TablePlace[]): Reference | undefined {
    const { module, start, end, resolution } = place;
    if (resolution.place === 'target' || resolution.place === 'memory') return undefined;
    const role = place.isDocumentation ? 'documentation' : this.roles.of(module.file, module.program.language, true);
    const standing = this.standing(resolution, role, used);
    const reference = referenceAt(module, start, end, {
      kind: 'path',
      database: standing.database,
      resolution: standing.resolution,
      role: standing.role,
      stale: standing.stale,
      shape: place.shape,
    });
    if (standing.target !== undefined) reference.target = standing.target;
    if (standing.base !== undefined) reference.base = standing.base;
    if (standing.needs !== undefined) reference.needs = standing.needs;
    if (standing.note !== undefined) reference.note = standing.note;
    return reference;
  }

  /** Database, resolution, target and staleness of a path. `used` are the tables asked for through it. */
  standing(
    resolution: Place,
    fileRole: Reference['role'],
    used: readonly TablePlace[] = [],
  ): Pick<Reference, 'database' | 'target' | 'base' | 'resolution' | 'role' | 'stale' | 'note' | 'needs'> {
    switch (resolution.place) {
      case 'workspace': {
        const { database, confidence, note } = resolution;
        const { plan } = this;
        const { target, needs } = plan ? targetOf(plan, database, used) : {};
        const known = target === undefined ? (needs ?? []) : [{ target, by: [0] }];
        const needed = known.flatMap((need) => (need.by.length > 0 ? [need.target] : []));
        const isAffected = plan?.isPathStale(database, needed) ?? false;
        const tooling = fileRole === 'tooling';
        const split = isAffected ? needs : undefined;
        const said = tooling
          ? 'a migration tool names legacy databases on purpose'
          : split
            ? saysNeeds(split)
            : (note ?? (needs && keepsName(needs, plan?.targetAt(database))));
        return {
          database,
          ...(target === undefined ? {} : { target }),
          ...(resolution.base === 'unknown' ? {} : { base: resolution.base }),
          resolution: split ? 'split' : confidence,
          role: fileRole,
          stale: !tooling && isAffected,
          ...(split ? { needs: split } : {}),
          ...(said === undefined ? {} : { note: said }),
        };
      }
      case 'several':
        return {
          database: resolution.databases[0]!,
          resolution: 'unknown',
          role: fileRole,
          stale: fileRole !== 'tooling' && resolution.databases.some((each) => this.plan?.isPathStale(each) ?? false),
          note: resolution.note,
        };
      case 'absent': {
        const known = this.plan?.isPathStale(resolution.database) ?? false;
        const { target } = this.plan ? targetOf(this.plan, resolution.database, used) : {};
        return {
          database: resolution.database,
          ...(target === undefined ? {} : { target }),
          ...(resolution.base === 'unknown' ? {} : { base: resolution.base }),
          resolution: resolution.base === 'unknown' ? 'likely' : 'certain',
          role: fileRole,
          stale: known && fileRole !== 'tooling',
          note: 'there is no such file',
        };
      }
      default:
        return {
          database: resolution.database,
          resolution: 'certain',
          role: fileRole,
          stale: false,
          note: resolution.note,
        };
    }
  }

  // ---- tables

  /** @param paths all paths that were found: a copy that lies about is named by none */
  tableReferences(queries: Queries, paths: readonly Reference[]): Reference[] {
    const { attachments } = queries;
    const named = new Set(paths.filter(isUsed).map(({ database }) => database));
    if (!sameList(this.toldTables.attachments, attachments) || !sameSet(this.named, named))
      this.toldTables = { attachments, by: new WeakMap() };
    this.named = named;
    const { by } = this.toldTables;
    const connections = new TablesByConnection(queries);
    return [...queries.places.values()].flatMap((place) => {
      const { names, key } = connections.of(place);
      let told = by.get(place);
      if (told?.key !== key) by.set(place, (told = { key, reference: this.table(place, queries, names) }));
      return told.reference ?? [];
    });
  }

  private table(place: TablePlace, queries: Queries, onConnection: readonly string[]): Reference | undefined {
    const found = this.tableDatabase(place, queries, onConnection);
    if (!found) return undefined;
    const { module, start, end } = place;
    const role = this.roles.of(module.file, module.program.language, true);
    if (place.filledFrom) return this.filled(place, found, role);
    const disposition = this.plan?.table(found.database, place.use.name);
    const { database, resolution, among } = found;
    const isStale = role !== 'tooling' && this.isTableStale(found, place.use.name);
    const said = { kind: 'table', database, resolution, role, stale: isStale, shape: 'text' } as const;
    const reference = referenceAt(module, start, end, said);
    reference.table = place.use.name;
    if (disposition?.target !== undefined) reference.target = disposition.target;
    if (found.note !== undefined) reference.note = found.note;
    if (among) reference.among = among;
    return reference;
  }

  /** Where a statement has the name of a table filled in. It changes with the name, which is told where that stands. */
  private filled(place: TablePlace, found: TableHome, role: Role): Reference {
    const { module, start, end, use, filledFrom, isOneOf } = place;
    const { database } = found;
    const resolution = isOneOf ? 'unknown' : found.resolution;
    const said = { kind: 'table', database, resolution, role, stale: false, shape: 'text' } as const;
    const reference = referenceAt(module, start, end, said);
    reference.table = use.name;
    const target = this.plan?.table(database, use.name)?.target;
    if (target !== undefined) reference.target = target;
    const line = filledFrom!.module.lines.range(filledFrom!.start, filledFrom!.start).startLine;
    const note = `${isOneOf ? 'one of several: ' : ''}its name stands in ${filledFrom!.module.file}:${line}`;
    reference.note = found.note === undefined ? note : `${note}; ${found.note}`;
    return reference;
  }

  /** Of a statement on one of several databases it is enough that one of them leaves it wrong. */
  private isTableStale({ database, resolution, among, homes }: TableHome, table: string): boolean {
    if (!this.plan) return false;
    if (resolution !== 'unknown' && !among) return this.plan.isTableStale(database, table);
    return (among ?? homes)?.some((each) => this.plan!.isTableStale(each, table)) ?? false;
  }

  /** Tables of one legacy database that a statement reads together, once for each file. */
  joins(queries: Queries): NonNullable<ReferencesResult['joins']> {
    const found = new Map<string, { database: string; tables: string[]; file: string }>();
    for (const keys of queries.joined) {
      const byDatabase = new Map<string, Set<string>>();
      let file = '';
      for (const key of keys) {
        const place = queries.places.get(key)!;
        const home = this.tableDatabase(place, queries);
        if (!home || home.resolution === 'unknown') continue;
        file = place.module.file;
        byDatabase.set(home.database, (byDatabase.get(home.database) ?? new Set()).add(place.use.name));
      }
      for (const [database, names] of byDatabase) {
        const tables = [...new Map([...names].map((name) => [foldName(name), name])).values()].sort();
        if (tables.length > 1) found.set([file, database, ...tables].join('\0'), { database, tables, file });
      }
    }
    return [...found.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, join]) => join);
  }

  /** A name outside of SQL counts only where the database has such a table, and is never certain: a person decides. */
  private tableDatabase(
    place: TablePlace,
    queries: Queries,
    onConnection: readonly string[] = [],
  ): TableHome | undefined {
    const found = this.statementDatabase(place, queries, onConnection);
    if (!found || !place.isNamed) return found;
    if (!this.homesOf(place.use.name).includes(found.database)) return undefined;
    if (found.resolution !== 'certain') return found;
    return { ...found, resolution: 'likely', note: 'a query builder or a model names it, not SQL' };
  }

  /** @param onConnection the tables that are asked for through the same connection */
  private statementDatabase(
    place: TablePlace,
    queries: Queries,
    onConnection: readonly string[],
  ): TableHome | undefined {
    if (place.schemas) return this.inEach([place.use.schema ?? 'main', ...place.schemas], place, queries);
    const { name, schema } = place.use;
    const homes = this.homesOf(name);
    const handles = [...(place.handles.size > 0 ? place.handles : place.remote)];
    if (schema !== undefined && schema !== 'main') {
      const attached = this.attached(schema, handles, place.module, queries);
      if (attached?.place === 'several') return this.oneOf(attached.databases, name);
      if (attached) return this.judged(attached, name, homes);
      if (homes.length === 0 || this.areElsewhere(handles)) return undefined;
      return homes.length === 1
        ? { database: homes[0]!, resolution: 'likely', note: `${schema} is not known` }
        : { database: homes[0]!, resolution: 'unknown', note: `${schema} is not known` };
    }
    const resolved = place.ranOn ?? handles.flatMap((handle) => this.resolutionsOf(handle));
    const real = withoutVague(resolved.filter(isOfWorkspace), (each) => each);
    if (resolved.length > 0 && real.length === 0) return undefined;
    if (real.length === 0) {
      if (homes.length === 0) return undefined;
      if (place.isReplaced)
        return { database: homes[0]!, resolution: 'unknown', note: 'the test puts a database of its own in its place' };
      // Whichever it is: with the rows of others beside them it would silently read more.
      const isShared = homes.some((each) => this.plan?.isShared(each, name));
      const among = isShared ? { among: homes } : {};
      if (place.module.isTest && !place.among) {
        const note = 'a test may have a database of its own';
        return { database: homes[0]!, resolution: 'unknown', note, homes, ...among };
      }
      if (homes.length === 1 && !place.among)
        return { database: homes[0]!, resolution: 'likely', note: 'the only database with this table' };
      const all = place.among ?? homes;
      const given = this.givenByTests(place);
      const named = all.filter((each) => this.named.has(each) || given.has(each));
      const used = named.length > 1 ? this.withoutTests(named, place) : named;
      if (used.length === 1 && used.length < all.length) {
        const note = 'the only database with this table that code names';
        return { database: used[0]!, resolution: 'likely', note, ...among };
      }
      const [only, ...others] = place.among ?? this.withAll(homes, place.beside);
      if (only !== undefined && others.length === 0) {
        const what = place.among || place.isNamed ? 'file' : 'statement';
        const note = `the only database with all tables of this ${what}`;
        // Models that stand in one file need not be of one database, as the tables of a statement are.
        return { database: only, resolution: 'likely', note, ...(place.isNamed ? among : {}) };
      }
      const meant = place.among ? [] : this.withAll(this.withoutTests(homes, place), onConnection);
      if (meant.length === 1) {
        const note = 'the only database with all tables that the connection is asked for, besides those of tests';
        return { database: meant[0]!, resolution: 'likely', note, ...among };
      }
      return { database: homes[0]!, resolution: 'unknown', note: `one of ${homes.join(', ')}`, homes, ...among };
    }
    const names = [...new Set(real.map(databaseOf))];
    if (names.length === 1 && real[0]!.place !== 'several') return this.judged(strongest(real), name, homes);
    const candidates = [
      ...new Set(real.flatMap((each) => (each.place === 'several' ? [...each.databases] : [each.database]))),
    ];
    const holding = this.withAll(
      candidates.filter((each) => homes.includes(each)),
      place.beside,
    );
    if (holding.length === 1) return { database: holding[0]!, resolution: 'likely' };
    const database = holding[0] ?? homes[0] ?? candidates[0]!;
    return {
      database,
      resolution: 'unknown',
      note: `one of ${(holding.length > 0 ? holding : candidates).join(', ')}`,
      ...(holding.length > 0 ? { among: holding } : {}),
    };
  }

  /** A name that stands behind several schemas: known where they are the same database. */
  private inEach(
    schemas: readonly string[],
    place: TablePlace,
    queries: Queries,
  ): ReturnType<Assembly['statementDatabase']> {
    const found = schemas.flatMap((schema) => {
      const { schemas: _, ...one } = place;
      return this.statementDatabase({ ...one, use: { ...place.use, schema } }, queries, []) ?? [];
    });
    const names = [...new Set(found.map(({ database }) => database))];
    if (names.length < 2) return found[0];
    return { database: names[0]!, resolution: 'unknown', note: `one of ${names.join(', ')}`, among: names };
  }

  /** Tables that a command line in a configuration file asks a database for. */
  commandTables(
    resolution: Place,
    sql: CommandText,
    at: { readonly file: string; readonly language: string; readonly lines: Module['lines']; readonly role: Role },
  ): Reference[] {
    return sqlUses(sql.text).tables.flatMap((use): Reference[] => {
      if ((use.schema ?? 'main') !== 'main' || /[$%{}]/.test(use.name)) return [];
      const found = this.judged(resolution, use.name, this.homesOf(use.name));
      if (!found) return [];
      const disposition = this.plan?.table(found.database, use.name);
      return [
        {
          ...location(at, sql.start + use.start, sql.start + use.end),
          kind: 'table',
          ...found,
          table: use.name,
          ...(disposition?.target === undefined ? {} : { target: disposition.target }),
          role: at.role,
          stale: at.role !== 'tooling' && this.isTableStale(found, use.name),
          language: at.language,
          shape: 'text',
          text: sql.text.slice(use.start, use.end),
        },
      ];
    });
  }

  /** In one of several databases: which, is known where one alone has the table. */
  private oneOf(databases: readonly string[], name: string): TableHome {
    const homes = this.homesOf(name);
    const holding = databases.filter((each) => homes.includes(each));
    const [first, ...others] = holding.length > 0 ? holding : databases;
    if (holding.length === 1) return { database: first!, resolution: 'likely' };
    const among = holding.length > 0 ? { among: holding } : {};
    return { database: first!, resolution: 'unknown', note: `one of ${[first, ...others].join(', ')}`, ...among };
  }

  private judged(resolution: Place, name: string, homes: readonly string[]): TableHome | undefined {
    if (resolution.place === 'absent')
      return { database: resolution.database, resolution: 'certain', note: 'there is no such file' };
    if (resolution.place !== 'workspace') return undefined;
    const { database, confidence } = resolution;
    if (homes.includes(database)) return { database, resolution: confidence };
    if (homes.length === 1)
      return {
        database: homes[0]!,
        resolution: 'likely',
        note: `${database}, which is opened here, has no table ${name}`,
      };
    if (homes.length === 0) return { database, resolution: confidence, note: `${database} has no table ${name}` };
    return { database, resolution: 'unknown', note: `${database} has no table ${name}; ${homes.join(', ')} have` };
  }

  private attached(schema: string, handles: readonly Handle[], module: Module, queries: Queries): Place | undefined {
    const same = queries.attachments.filter((each) => each.schema === foldName(schema));
    const own = same.filter((each) => each.handles.some((one) => handles.some((other) => isSame(one, other))));
    const near = own.length > 0 ? own : same.filter((each) => each.module === module);
    const found = near.flatMap((each) => each.paths.flatMap((path) => this.resolved(path, each.module)));
    return found.length > 0 ? strongest(found) : undefined;
  }

  /** Are these connections known, and none of them to a database of the workspace? */
  private areElsewhere(handles: readonly Handle[]): boolean {
    const resolved = handles.flatMap((handle) => this.resolutionsOf(handle));
    return resolved.length > 0 && !resolved.some(isOfWorkspace);
  }

  private resolutionsOf(handle: Handle): Place[] {
    const named = handle.paths.filter((path) => !isNamedLater(handle, path));
    return named.flatMap((path) => this.resolved(path, path.origin.module));
  }

  private resolved(path: Text, module: Module): Place[] {
    const resolution = this.resolver.resolve(path.text, module.directory, module.isTest);
    // What a pattern matches is opened one after the other.
    if (resolution.place === 'pattern')
      return resolution.databases.length > 0 ? [{ ...resolution, place: 'several' }] : [];
    if (resolution.place !== 'none') return [resolution];
    // Whatever its name is, what is opened there is no database of the workspace.
    const isTemporary = path.text.startsWith(ANCHOR.temporary);
    return isTemporary ? [{ place: 'temporary', note: 'a temporary database', database: '' }] : [];
  }

  /** Databases that have a table of this name. */
  private homesOf(name: string): readonly string[] {
    return getOrAdd(this.homes, name, () => {
      const folded = foldName(name);
      return [...this.tables].flatMap(([database, tables]) => (tables.has(folded) ? [database] : []));
    });
  }

  /** Code that says nothing of tests does not run on the databases that only they have, unless they hand one to it. */
  private withoutTests(homes: readonly string[], place: TablePlace): readonly string[] {
    const { module } = place;
    if (module.isTest || /fixture|testdata|\btests?\//i.test(module.text)) return homes;
    const given = this.givenByTests(place);
    return homes.filter((each) => given.has(each) || !isTestFile(each.slice(0, each.lastIndexOf('/') + 1)));
  }

  /** Databases that tests hand to what runs a statement, where the code gives it one that only a person names. */
  private givenByTests({ tested = new Set() }: TablePlace): ReadonlySet<string> {
    const resolved = [...tested].flatMap((handle) => this.resolutionsOf(handle));
    return new Set(resolved.filter(isOfWorkspace).map(databaseOf));
  }

  /** Those of several databases that have all of these tables; where none has, all of them. */
  private withAll(databases: readonly string[], names: readonly string[] = []): readonly string[] {
    if (databases.length < 2 || names.length < 2) return databases;
    const folded = names.map(foldName);
    const found = databases.filter((each) => folded.every((name) => this.tables.get(each)?.has(name)));
    return found.length > 0 ? found : databases;
  }

  private readonly homes = new Map<string, readonly string[]>();

  // ---- ATTACH

  attachReferences(queries: Queries): Reference[] {
    return queries.attachments.flatMap((attachment): Reference[] => {
      if (!attachment.literal) return [];
      const { start, end, text } = attachment.literal;
      const { module } = attachment;
      const resolution = this.resolver.resolve(text, module.directory, module.isTest);
      if (resolution.place === 'none' || resolution.place === 'memory' || resolution.place === 'target') return [];
      const role = this.roles.of(module.file, module.program.language, true);
      return [
        {
          ...location(module, start, end),
          kind: 'path',
          ...this.standing(resolution, role),
          language: module.program.language,
          shape: 'text',
          text: module.text.slice(start, end),
        },
      ];
    });
  }
}

/** After an edit all references are made anew: without spreading, which takes much longer. What is left may be added. */
function referenceAt(
  module: Module,
  start: number,
  end: number,
  said: Pick<Reference, 'kind' | 'database' | 'resolution' | 'role' | 'stale' | 'shape'>,
): Writable<Reference> {
  const { startLine, startColumn, endLine, endColumn } = module.lines.range(start, end);
  return {
    file: module.file,
    line: startLine,
    column: startColumn,
    endLine,
    endColumn,
    kind: said.kind,
    database: said.database,
    resolution: said.resolution,
    role: said.role,
    stale: said.stale,
    language: module.program.language,
    shape: said.shape,
    text: module.text.slice(start, end),
  };
}

/** Is it the same connection? Each file's search makes values of its own. */
function isSame(one: Handle, other: Handle): boolean {
  if (one === other) return true;
  if (one.call !== other.call || one.paths.length !== other.paths.length) return false;
  return one.paths.every((path, index) => path.text === other.paths[index]!.text);
}

export function location(
  module: { file: string; lines: Module['lines'] },
  start: number,
  end: number,
): Pick<Reference, 'file' | 'line' | 'column' | 'endLine' | 'endColumn'> {
  const range = module.lines.range(start, end);
  return {
    file: module.file,
    line: range.startLine,
    column: range.startColumn,
    endLine: range.endLine,
    endColumn: range.endColumn,
  };
}

/** Does a path say that a program uses the database? */
function isUsed({ resolution, role, language }: Reference): boolean {
  return resolution !== 'unknown' && role !== 'documentation' && role !== 'test' && language !== 'ignore';
}

function isOfWorkspace({ place }: Place): boolean {
  return place === 'workspace' || place === 'absent' || place === 'several';
}
