import type { Entry } from '../syntax/program';
import type { Evaluator } from './evaluator';
import { holeText } from './texts';
import type { Frame, Origin, Value } from './value';

type Record = Extract<Value, { kind: 'record' }>;

/** What an entry of a dictionary gives; a comprehension one for each key, as long as there are as many values. */
export function entriesOf(evaluator: Evaluator, { key, value, each }: Entry, frame: Frame): Record['entries'] {
  const values = () => [...evaluator.evaluate(value, frame)];
  if (key === undefined || typeof key === 'string') return [{ key, value: values }];
  const keys = evaluator.texts(key, frame);
  if (!each || keys.length < 2)
    return [
      {
        key: keys.length === 1 ? keys[0]!.text : undefined,
        value: values,
        name: () => evaluator.texts(key, frame),
      },
    ];
  return keys.map((text, index) => ({
    key: text.text,
    value: () => {
      const all = values();
      return all.length === keys.length ? [all[index]!] : all;
    },
    name: () => [text],
  }));
}

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
