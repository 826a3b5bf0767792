import type { Invocation } from './invocation';
import { ANCHOR } from './value';
import type { Text, Value } from './value';

/** A call of the generated access layer: the target it names, open or as a path. */
export function targetValues(call: Invocation, name: string): Value[] {
  const target = call.texts(0)[0]?.text;
  if (target === undefined) return [];
  const path: Text = { ...call.hole(), text: `${ANCHOR.target}${target}` };
  return /connect|open|pool|acquire|session/i.test(name) ? call.open([path]) : [path];
}
