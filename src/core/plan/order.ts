import { foldName } from '../sqlite/sql-tokens';
import type { ResolvedTable } from './resolved';

/** Parents before children, otherwise in the given order. Tables that refer to one another in a circle keep that order. */
export function parentsFirst(tables: readonly ResolvedTable[]): ResolvedTable[] {
  const byName = new Map(tables.map((table) => [foldName(table.name), table]));
  const state = new Map<ResolvedTable, 'open' | 'done'>();
  const ordered: ResolvedTable[] = [];
  // Not recursive: a chain of thousands of tables must not exhaust the stack.
  for (const start of tables) {
    const stack = [start];
    while (stack.length > 0) {
      const table = stack.at(-1)!;
      if (state.has(table)) {
        stack.pop();
        if (state.get(table) === 'open') {
          state.set(table, 'done');
          ordered.push(table);
        }
        continue;
      }
      state.set(table, 'open');
      const parents = (table.foreignKeys ?? [])
        .map((key) => byName.get(foldName(key.table)))
        .filter((parent): parent is ResolvedTable => parent !== undefined && !state.has(parent));
      stack.push(...parents.reverse());
    }
  }
  return ordered;
}
