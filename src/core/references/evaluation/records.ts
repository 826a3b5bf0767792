import { holeText } from './texts';
import type { Origin, Value } from './value';

type Record = Extract<Value, { kind: 'record' }>;

/** The key of an entry as a text, from where it is written. */
export function keyOf({ key, name }: Record['entries'][number], origin: Origin): Value[] {
  const written = name?.() ?? [];
  return written.length > 0 || key === undefined ? written : [{ ...holeText(origin), text: key }];
}

/** The keys, the values, or both, of a record as a list. */
export function partsOf(record: Record, name: string, origin: Origin): Value | undefined {
  const list = (items: readonly (() => Value[])[]): Value => ({ kind: 'list', items });
  if (name === 'values') return list(record.entries.map(({ value }) => value));
  if (name === 'keys') return list(record.entries.map((entry) => () => keyOf(entry, origin)));
  if (name !== 'items' && name !== 'entries') return undefined;
  return list(record.entries.map((entry) => () => [list([() => keyOf(entry, origin), entry.value])]));
}
