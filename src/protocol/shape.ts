/** Guards for messages: each side of a channel checks what the other side sent before it acts on it. */
export type Guard<T> = (value: unknown) => value is T;

export const string: Guard<string> = (value): value is string => typeof value === 'string';
export const boolean: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';
export const number: Guard<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value);

/** A value that is passed on and not looked into here: it comes from our own core through a structured clone. */
export const unchecked = <T>(): Guard<T> => ((value: unknown) => value !== undefined) as Guard<T>;

/** A value of ours that must at least be a record, for payloads whose inner shape the core guarantees. */
export const record = <T extends object>(): Guard<T> => ((value: unknown) => isRecord(value)) as Guard<T>;

export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

export function nullable<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

export function literal<const T extends readonly string[]>(...values: T): Guard<T[number]> {
  return (value): value is T[number] => typeof value === 'string' && values.includes(value);
}

export function array<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(guard);
}

/** One guard for each field of `T`, so that a field added to the type and forgotten here does not compile. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: Guard<T[K]> }): Guard<T> {
  const entries = Object.entries(fields) as [string, Guard<unknown>][];
  return (value): value is T => isRecord(value) && entries.every(([name, guard]) => guard(value[name]));
}

/** One guard for each `type` of a union of messages. */
export function message<T extends { readonly type: string }>(variants: {
  readonly [K in T['type']]: Guard<Extract<T, { readonly type: K }>>;
}): Guard<T> {
  return (value): value is T => {
    if (!isRecord(value) || typeof value.type !== 'string' || !Object.hasOwn(variants, value.type)) return false;
    return variants[value.type as T['type']](value);
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
