import { getOrAdd } from '../evaluation/project';
import type { Call } from '../syntax/program';
import type { Queries, TablePlace } from './queries';

/** What is asked for through one open call: a connection has the tables of one database. */
export interface ConnectionTables {
  /** Names of tables, sorted. */
  readonly names: readonly string[];
  /** The same in one word, to be compared. */
  readonly key: string;
}

const NOTHING: ConnectionTables = { names: [], key: '' };

/**
 * The tables that statements ask for through the connection of each open call. Where files beside its own use the call it
 * is a helper that opens many databases, and nothing is said of it.
 */
export class TablesByConnection {
  private readonly byCall = new Map<Call, ConnectionTables>();

  constructor(queries: Queries) {
    const found = new Map<Call, Set<string>>();
    const helpers = new Set<Call>();
    for (const place of queries.places.values()) {
      const { use, module, isNamed } = place;
      if (use.schema !== undefined || isNamed) continue;
      const opened = handlesOf(place);
      const isOne = openCallOf(place) !== undefined;
      for (const { call, module: opener } of opened) {
        if (opener !== module || !isOne) helpers.add(call);
        getOrAdd(found, call, () => new Set()).add(use.name);
      }
    }
    for (const [call, tables] of found) {
      const names = helpers.has(call) ? [] : [...tables].sort();
      this.byCall.set(call, { names, key: names.join('\0') });
    }
  }

  /** Those of the connection that a statement runs on, where that is one. */
  of(place: TablePlace): ConnectionTables {
    const call = openCallOf(place);
    return (call && this.byCall.get(call)) ?? NOTHING;
  }
}

const handlesOf = ({ handles, remote }: TablePlace) => (handles.size > 0 ? handles : remote);

/** The call that opened what a statement runs on, where it is one. */
function openCallOf(place: TablePlace): Call | undefined {
  let only: Call | undefined;
  for (const { call } of handlesOf(place)) {
    if (only && only !== call) return undefined;
    only = call;
  }
  return only;
}
