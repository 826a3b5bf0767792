/** The same members in the same order, each compared by identity. */
export function sameList<T>(one: readonly T[], other: readonly T[]): boolean {
  return one === other || (one.length === other.length && one.every((each, index) => each === other[index]));
}

/** The same members in any order. */
export function sameSet<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): boolean {
  if (one.size !== other.size) return false;
  for (const each of one) if (!other.has(each)) return false;
  return true;
}

const json = new WeakMap<object, string>();

/** The JSON of something that nobody changes, made once: what has the same JSON is the same. */
export function jsonOf(value: object | undefined): string {
  if (!value) return '';
  let text = json.get(value);
  if (text === undefined) json.set(value, (text = JSON.stringify(value)));
  return text;
}
