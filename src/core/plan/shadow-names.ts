import { foldName, sameName } from '../sqlite/sql-tokens';
import { sourceName } from './draft-tables';
import { resolutionId } from './resolution-id';
import type { Reporter } from './reporter';
import type { ResolvedTable } from './resolved';
import { describeSource, type TableGroup } from './table-group';

/** What FTS5, FTS3/4 and R*Tree call the tables behind theirs (https://sqlite.org/vtab.html#xshadowname). */
const SUFFIXES = 'data idx content docsize config segments segdir stat node parent rowid'.split(' ');

/** Names, folded, that the virtual tables of a target take for themselves; neither an index nor a view can have them. */
export function shadowNames(tables: readonly ResolvedTable[]): string[] {
  return tables
    .filter(({ kind }) => kind === 'virtual')
    .flatMap(({ name }) => SUFFIXES.map((suffix) => foldName(`${name}_${suffix}`)));
}

/**
 * A virtual table keeps its rows in tables of its own, called after it (`docs_content` of the FTS5 table `docs`). Another
 * table of such a name cannot be created beside it.
 * @param groups the unified tables of one target
 */
export function reportShadowNames(groups: readonly TableGroup[], reporter: Reporter): void {
  const shadows = new Map<string, TableGroup>();
  for (const group of groups)
    for (const { database, table } of group.sources)
      if (table.kind === 'virtual')
        for (const shadow of database.tables)
          if (shadow.shadowOf !== undefined && sameName(shadow.shadowOf, table.name))
            shadows.set(foldName(group.name + shadow.name.slice(table.name.length)), group);
  if (shadows.size === 0) return;
  for (const group of groups) {
    const owner = shadows.get(foldName(group.name));
    const [source] = group.sources;
    if (!owner || owner === group || !source) continue;
    const other = `${sourceName(source.database).replace(/[^A-Za-z0-9]+/g, '_')}_${group.name}`;
    reporter.error(
      'NAME_CLASH',
      source.at,
      `${describeSource(source)} becomes ${group.target}.${group.name}, a name that the virtual table ${owner.name} needs for its own rows. Give one of them another name.`,
      {
        database: source.database.path,
        table: source.table.name,
        details: {
          target: group.target,
          unified: group.name,
          sides: [owner, group].map((side) => ({
            database: side.sources[0]!.database.path,
            table: side.sources[0]!.table.name,
            rows: side.sources[0]!.table.rows,
            value: side.name,
          })),
        },
        resolutions: [{ id: resolutionId('name', group.target, other), title: `Call it ${other}` }],
      },
    );
  }
}
