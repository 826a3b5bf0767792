import type { ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';

/** One source of one unified table, as a key for maps. */
export const sourceKey = (target: ResolvedTarget, table: ResolvedTable, source: ResolvedSource) =>
  JSON.stringify([target.name, table.name, source.database, source.table]);

/** Does a policy choose between rows with the same key, so that the sources have to be gathered before they are settled? */
export const choosesRows = (table: ResolvedTable) => table.sources.some((source) => typeof source.keys === 'object');
