import { sameName } from '../sqlite/sql-tokens';
import type { ResolvedSource, ResolvedTable } from './resolved';

/** The legacy table that a unified column refers to by a foreign key of its own database, if any. */
export function legacyParent(child: ResolvedSource, column: string): string | undefined {
  return Object.entries(child.parents ?? {}).find(([name]) => sameName(name, column))?.[1];
}

/**
 * Does a column of `child` refer to the rows that `source` brings into `parent`, a source in the same database? Where
 * several tables of one database become one, its foreign key there says which of them is meant.
 */
export function refersTo(
  child: ResolvedSource,
  column: string,
  parent: ResolvedTable,
  source: ResolvedSource,
): boolean {
  if (parent.sources.filter(({ database }) => database === child.database).length < 2) return true;
  return sameName(legacyParent(child, column) ?? '', source.table);
}
