import type { AbsentDatabase, Reference } from '../reference';
import type { PathPlace } from './paths';
import type { Queries } from './queries';
import type { DatabaseResolver } from './resolve';

/** Databases that only code and configuration name, with the places and the `CREATE TABLE` statements run on them. */
export function absentDatabases(
  references: readonly Reference[],
  _places: readonly PathPlace[],
  queries: Queries,
  resolver: DatabaseResolver,
): AbsentDatabase[] {
  const found = new Map<string, { places: AbsentDatabase['places'][number][]; schema: Map<string, string> }>();
  for (const reference of references) {
    if (reference.kind !== 'path' || reference.note !== 'there is no such file') continue;
    // What tests and tools name on purpose is not the project's own.
    if (reference.role !== 'code' && reference.role !== 'config') continue;
    let entry = found.get(reference.database);
    if (!entry) found.set(reference.database, (entry = { places: [], schema: new Map() }));
    entry.places.push({ file: reference.file, line: reference.line, column: reference.column });
  }
  for (const creation of queries.creations) {
    const databases = new Set(
      creation.handles.flatMap((handle) =>
        handle.paths.flatMap((path) => {
          const resolution = resolver.resolve(path.text, path.origin.module.directory);
          return resolution.place === 'absent' ? [resolution.database] : [];
        }),
      ),
    );
    for (const database of databases) {
      const schema = found.get(database)?.schema;
      if (schema && !schema.has(creation.name)) schema.set(creation.name, creation.sql);
    }
  }
  return [...found]
    .map(([path, { places, schema }]) => ({
      path,
      places,
      tables: [...schema].map(([name, sql]) => ({ name, sql })),
    }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}
