import { getOrAdd } from '../evaluation/project';
import type { Module, Project } from '../evaluation/project';
import { documentModule, fileAbove, wholeText } from '../evaluation/file-contents';
import { baseName, normalize } from '../evaluation/path-text';
import { foldName } from '../../sqlite/sql-tokens';
import { sqlUses } from '../sql/tables';
import type { SqlUses } from '../sql/tables';
import type { TablesByDatabase } from './assemble';
import type { Queries, TablePlace } from './queries';
import type { DatabaseResolver } from './resolve';
import type { CommandRun } from './text-search';

/** What only other engines understand: the file is for one of them. */
const OTHER_ENGINE =
  /\b(?:(?:BIG|SMALL)?SERIAL|AUTO_INCREMENT|TIMESTAMPTZ|JSONB|NVARCHAR|VARCHAR2|CREATE\s+(?:EXTENSION|SCHEMA|SEQUENCE|FUNCTION|OR\s+REPLACE)|ENGINE\s*=|IDENTITY\s*\(|plpgsql)\b|\$\$|^\s*GO\s*$/im;

const OPEN = /^[ \t]*\.open[ \t]+(?:--?\w+[ \t]+)*["']?([^\s"']+)/gm;

const opens = new WeakMap<Module, readonly { readonly index: number; readonly path: string }[]>();

const uses = new WeakMap<Module, SqlUses | undefined>();

/**
 * The statements of SQL files that no code was seen to read. Schema files and migrations belong together: where exactly one
 * database has all of the tables that a file names, they are its tables.
 */
export function withSqlFiles(
  queries: Queries,
  project: Project,
  tables: TablesByDatabase,
  commands: readonly CommandRun[],
  resolver: DatabaseResolver,
): Queries {
  const read = new Set<string>();
  for (const { module } of queries.places.values()) read.add(module.file);
  const ranOn = databasesOf(project, commands);
  const places = new Map(queries.places);
  if (ranOn.size > 0)
    for (const [key, place] of places)
      if (place.handles.size === 0 && ranOn.has(place.module.file))
        places.set(key, { ...place, ranOn: ranOn.get(place.module.file)! });
  for (const [key, place] of queries.places) {
    const opened = place.module.program.language === 'sql' ? openedBefore(place, resolver) : undefined;
    if (opened) places.set(key, { ...place, ranOn: [opened] });
  }
  const attachments = [...queries.attachments];
  for (const file of project.documents) {
    const module = file.toLowerCase().endsWith('.sql') && !read.has(file) ? documentModule(project, file) : undefined;
    const used = module && usesIn(module);
    if (!module || !used) continue;
    for (const { schema, path } of used.attachments)
      if (path) attachments.push({ schema, handles: [], module, paths: [{ ...wholeText(module), text: path.text }] });
    const on = ranOn.get(file);
    const standing = on ? { ranOn: on } : { among: holders(used, tables) };
    for (const use of used.tables) {
      const opened = openedBefore({ module, start: use.start }, resolver);
      places.set(`${file}\0${use.start}`, {
        ...{ module, start: use.start, end: use.end, use, ...(opened ? { ranOn: [opened] } : standing) },
        handles: new Set(),
        remote: new Set(),
        isRun: true,
      });
    }
  }
  return { ...queries, places, attachments };
}

/** `.open data/app.db`: what follows in the file runs on it, whatever the file was run on. */
function openedBefore({ module, start }: Pick<TablePlace, 'module' | 'start'>, resolver: DatabaseResolver) {
  let all = opens.get(module);
  if (!all)
    opens.set(module, (all = [...module.text.matchAll(OPEN)].map(({ index, 1: path }) => ({ index, path: path! }))));
  const found = all.findLast(({ index }) => index < start);
  const resolution = found && resolver.resolve(found.path, module.directory);
  return resolution?.place === 'none' ? undefined : resolution;
}

/** The databases that command lines run each file on. */
function databasesOf(project: Project, commands: readonly CommandRun[]): Map<string, CommandRun['resolution'][]> {
  const found = new Map<string, CommandRun['resolution'][]>();
  for (const { by, file, resolution } of commands) {
    if (!/\.(?:sql|ddl)$/i.test(file)) continue;
    const clean = normalize(file);
    // In an image, or on another machine, the folders are others.
    const [only, ...others] = project.documentsNamed(baseName(clean));
    const named = fileAbove(project, clean, by) ?? (others.length === 0 ? only : undefined);
    if (named !== undefined) getOrAdd(found, named, () => []).push(resolution);
  }
  return found;
}

function usesIn(module: Module): SqlUses | undefined {
  if (!uses.has(module)) uses.set(module, OTHER_ENGINE.test(module.text) ? undefined : sqlUses(module.text));
  return uses.get(module);
}

/** Databases with all tables that a file names, those of attached databases left out. */
function holders(used: SqlUses, tables: TablesByDatabase): readonly string[] {
  const names = new Set(used.tables.flatMap(({ name, schema }) => (schema === undefined ? [foldName(name)] : [])));
  return [...tables].flatMap(([database, own]) => ([...names].every((name) => own.has(name)) ? [database] : []));
}
